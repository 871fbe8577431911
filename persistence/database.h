#pragma once

#include <cstdint>
#include <odb/connection.hxx>
#include <odb/database.hxx>
#include <odb/query-dynamic.hxx>
#include <odb/transaction.hxx>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "persistence/column_types.h"
#include "persistence/entities.h"
#include "persistence/group_access.h"
#include "services/base/fair_mutex.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// An open database, with what the kinds of databases do differently. Thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  virtual odb::database& database() = 0;

  // Begins a transaction that reads all from one state of the database, or one statement only, and
  // writes nothing. The caller owns the result, for an odb::transaction.
  enum class Reads { kManyStatements, kOneStatement };
  virtual odb::transaction_impl* BeginRead(odb::connection& connection, Reads) {
    return connection.begin();
  }

  // Runs `read`, which fails rather than waits for anything, and returns whether nothing had to be
  // waited for: else what it found does not count. False, without a run, where answers come from a
  // server.
  virtual bool ReadAtHand(absl::FunctionRef<void()> /*read*/) { return false; }

  // A connection for a transaction that will write.
  virtual odb::connection_ptr WriterConnection() = 0;

  // Begins a transaction that will write. The caller owns the result, for an odb::transaction.
  virtual odb::transaction_impl* BeginWrite(odb::connection& connection) = 0;

  // Within the thread's current transaction: begins it, if that was left to its first statement.
  virtual void EnsureBegun() {}

  // Calls `done` when all is durable that was committed before: at once if a commit waits for that.
  virtual void WhenDurable(core::CallStore::Durable done) { std::move(done)(); }

  // Ends what a commit that failed may have left open on `connection`.
  virtual void AbandonTransaction(odb::connection& connection) = 0;

  // What is done to many calls at once.
  virtual GroupAccess& group() = 0;

  // Within the thread's current transaction: see core::CallWriter::LockProviderCalls.
  virtual void LockProviderCalls(const std::vector<std::string>& provider_call_ids) = 0;

  // The same: an id that the database itself gives a new row of `table`, which may be taken;
  // nothing if that is always the one behind the largest.
  virtual std::optional<std::int64_t> PickId(const std::string& table) = 0;

  // The same: keeps `PickId`, and the inserts of other programs, off an id that was chosen freely.
  virtual void SkipId(const std::string& table, std::int64_t id) = 0;

  // The same: at most `limit` calls, those of the first of `parts`, in its order, then those of the
  // next. Of `all` calls, those that nothing but their place selects, one plan is good for every
  // page.
  virtual std::vector<domain::Call> SelectCalls(const std::vector<odb::query_base>& parts,
                                                int limit, bool all) = 0;

  // Whether the same instant always has the same stored form, so that times can be compared with
  // `=` whichever program wrote them.
  virtual bool compares_times() const { return false; }

  // The same: see core::CallReader::MarkJournal; nothing if no transaction can be under way beside
  // one that reads the journal, so that the newest event is the mark.
  virtual std::optional<core::JournalMark> MarkJournal() = 0;

  // The same: see core::CallWriter::DataVersion.
  virtual std::optional<std::int64_t> DataVersion() = 0;

  // The same: something that was there before is changed or dropped, though not by `group().Save`.
  virtual void NoteChange() = 0;

  // A time as a literal of this database's SQL.
  virtual std::string Literal(Timestamp time) const = 0;

  // See core::CallStore::Scrub.
  virtual absl::Status Scrub() = 0;

  // Whether other processes may write at the same time as this one.
  virtual bool is_shared() const = 0;

  // Where writers of this process queue, if the database takes one at a time; null if it takes
  // more. Fair, or who writes event after event keeps out those who erase, register or copy.
  virtual base::FairMutex* writer_mutex() = 0;
};

}  // namespace autopulse::callevents::persistence
