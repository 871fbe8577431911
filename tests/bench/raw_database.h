#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::bench {

// An event as a database gets it. The texts are somebody else's, unless it says otherwise.
struct RawEvent {
  std::uint64_t call = 0;
  std::string event_id;  // its own
  absl::string_view kind = "status_update";
  absl::string_view provider_status;
  absl::string_view status;  // of the call from now on
  std::vector<absl::string_view> lines;
};

// A connection to a database with the schema, by the database's own interface. Every function ends
// the program if it fails. For one thread at a time.
class RawDatabase {
 public:
  RawDatabase() = default;
  virtual ~RawDatabase() = default;
  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  // Writes the least that recording events means, in the tables of the real schema and in one
  // transaction, and returns when it is durable: each event into the journal, its call's status,
  // and the lines of a report. Events of a group are of different calls, which are there.
  virtual void Record(const std::vector<RawEvent>& group) = 0;

  // The same for one who has more to write: `done` is called when it is durable, maybe on another
  // thread, and the next group can be recorded meanwhile.
  virtual void RecordAhead(const std::vector<RawEvent>& group, absl::AnyInvocable<void() &&> done) {
    Record(group);
    std::move(done)();
  }
};

// SQLite's C API, WAL, synchronous=FULL. Looks whether each call is there.
std::unique_ptr<RawDatabase> OpenRawSqlite(const std::string& file);

// The same, but `RecordAhead` waits for the disk and copies the WAL beside the writer, as the
// service does (decision 0030). Not for `Record`.
std::unique_ptr<RawDatabase> OpenRawSqliteAhead(const std::string& file);

// libpq. One event is written statement by statement, more by one statement for each table.
std::unique_ptr<RawDatabase> OpenRawPostgresql(const std::string& url);

}  // namespace autopulse::callevents::bench
