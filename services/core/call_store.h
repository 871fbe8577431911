#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "services/base/status_macros.h"
#include "services/core/call_query.h"
#include "services/core/recorded_changes.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/fold.h"
#include "services/domain/service_record.h"

// The port to the database, in terms of the domain. `core` knows these interfaces only.
namespace autopulse::callevents::core {

// A stored line of a transcript.
struct StoredTranscriptEntry {
  std::int64_t id = 0;
  domain::TranscriptEntry entry;
};

// What the names of calls and of service records begin with.
inline constexpr absl::string_view kCallCollection = "calls/";
inline constexpr absl::string_view kServiceRecordCollection = "serviceRecords/";

// A creation that may be asked for again with the same `request_id`.
struct CreationRequest {
  std::string request_id;
  std::string digest;  // of what was asked for
  std::string name;    // of what was made: `calls/15`
  absl::Time create_time;
};

// The names of what is created, as `CreationRequest::name` has them.
inline std::string CallName(std::int64_t id) { return absl::StrCat(kCallCollection, id); }
inline std::string ServiceRecordName(std::int64_t id) {
  return absl::StrCat(kServiceRecordCollection, id);
}

// How far the journal has come.
struct JournalMark {
  std::int64_t sequence = 0;  // the largest that was given out; zero if none was
  // The transactions, of any process, that may still commit an event of a smaller sequence.
  std::vector<std::string> writers;
};

// Reads of one transaction: they all see the same state of the database, but for those of
// CallStore::ReadOne.
//
// Every method may also fail with UNAVAILABLE (the database cannot be reached), ABORTED (a race was
// lost; the store retries the whole unit of work) or INTERNAL.
class CallReader {
 public:
  virtual ~CallReader() = default;

  // The call; NOT_FOUND (`call 15 not found`) if there is none.
  virtual absl::StatusOr<domain::Call> GetCall(std::int64_t call_id) = 0;

  // The calls of these ids, in any order; those that there are not are left out.
  virtual absl::StatusOr<std::vector<domain::Call>> GetCalls(
      const std::vector<std::int64_t>& call_ids) = 0;

  // At most `query.limit` calls.
  virtual absl::StatusOr<std::vector<domain::Call>> ListCalls(const CallQuery& query) = 0;

  // How many calls there are.
  virtual absl::StatusOr<std::int64_t> CountCalls() = 0;

  // The call that each provider's call belongs to, by its row or by its events, at the index of its
  // id; the newest (largest id) of several, nothing if there is none.
  virtual absl::StatusOr<std::vector<std::optional<std::int64_t>>> FindCalls(
      const std::vector<std::string>& provider_call_ids) = 0;

  // The service record; NOT_FOUND if there is none.
  virtual absl::StatusOr<domain::ServiceRecord> GetServiceRecord(std::int64_t id) = 0;

  // At most `limit` service records, largest id first, only ids below `before_id` if given.
  virtual absl::StatusOr<std::vector<domain::ServiceRecord>> ListServiceRecords(
      std::optional<std::int64_t> before_id, int limit) = 0;

  // The newest event of a call, by sequence, that wrote its rows: not a STALE one. Without its
  // transcript; nothing if there is none.
  virtual absl::StatusOr<std::optional<domain::RecordedEvent>> FindLastChange(
      std::int64_t call_id) = 0;

  // At most `limit` events of a call behind `after_sequence`, by sequence, without transcripts.
  virtual absl::StatusOr<std::vector<domain::RecordedEvent>> ListEvents(std::int64_t call_id,
                                                                        std::int64_t after_sequence,
                                                                        int limit) = 0;

  // The same for all calls.
  virtual absl::StatusOr<std::vector<domain::RecordedEvent>> ListAllEvents(
      std::int64_t after_sequence, int limit) = 0;

  // How far the journal has come, at this moment rather than as of this transaction.
  virtual absl::StatusOr<JournalMark> MarkJournal() = 0;

  // Those events of `keys` that were recorded, without their transcripts, in any order.
  virtual absl::StatusOr<std::vector<domain::RecordedEvent>> FindEvents(
      const std::vector<EventKey>& keys) = 0;

  // The same of one event; nothing if it was never recorded.
  absl::StatusOr<std::optional<domain::RecordedEvent>> FindEvent(const EventKey& key) {
    ASSIGN_OR_RETURN(auto events, FindEvents({key}));
    if (events.empty()) return std::nullopt;
    return std::move(events.front());
  }

  // What the state of each call follows from, at the index of its id: its base and its events,
  // notices and transcripts left out. Without a recorded base (no event yet), nothing.
  virtual absl::StatusOr<std::vector<std::optional<domain::CallHistory>>> FindHistories(
      const std::vector<std::int64_t>& call_ids) = 0;

  // The same of one call.
  absl::StatusOr<std::optional<domain::CallHistory>> FindHistory(std::int64_t call_id) {
    ASSIGN_OR_RETURN(auto histories, FindHistories({call_id}));
    return std::move(histories.front());
  }

  // The transcript that a report brought; empty if it brought none.
  virtual absl::StatusOr<std::vector<domain::TranscriptEntry>> ReportedTranscript(
      std::int64_t call_id, const std::string& event_id) = 0;

  // At most `limit` stored lines of a call behind `after_id`, by id.
  virtual absl::StatusOr<std::vector<StoredTranscriptEntry>> ListTranscript(std::int64_t call_id,
                                                                            std::int64_t after_id,
                                                                            int limit) = 0;

  // The ids of at most `limit` calls behind `after_id`, by id, that are not erased and of which
  // nothing is known to have happened since `before`: of their create, update, start and end times
  // at least one is known, and none is later.
  virtual absl::StatusOr<std::vector<std::int64_t>> FindExpired(absl::Time before,
                                                                std::int64_t after_id,
                                                                int limit) = 0;

  // How far a task has come that goes through the journal; zero if it has not begun.
  virtual absl::StatusOr<std::int64_t> FindProgress(const std::string& task) = 0;

  // The creation that was made with this request id; nothing if there is none.
  virtual absl::StatusOr<std::optional<CreationRequest>> FindCreation(
      const std::string& request_id) = 0;
};

// Reads and writes of one transaction.
class CallWriter : public CallReader {
 public:
  // Runs `work` so that all its writes are undone, and no other's, if it fails; returns its error.
  // An error of the transaction itself (UNAVAILABLE, ABORTED) must be returned from the unit of
  // work as well.
  virtual absl::Status Isolated(const std::function<absl::Status()>& work) = 0;

  // Keeps every other transaction from writing to these calls until this one ends, and lets this
  // one see all that others have committed to them. The ids ascend, so that two that want the same
  // calls do not wait for each other.
  virtual absl::StatusOr<LockedCalls> LockCalls(const CallsToLock& wanted) = 0;

  // A number that stays the same as long as nobody has written to calls and events that were there
  // before, but for `Save` of this store: what is remembered since is what would be read. Nothing
  // if the database does not tell.
  virtual absl::StatusOr<std::optional<std::int64_t>> DataVersion() = 0;

  // Makes every other transaction that asks for one of these provider's calls wait until this one
  // ends, whether they are registered or not, so that none is registered twice. To be asked for
  // once, before `LockCalls`, so that no two transactions wait for each other.
  virtual absl::Status LockProviderCalls(const std::vector<std::string>& provider_call_ids) = 0;

  // Stores a new service record and returns its id: `record.id`, or the next free one if that is
  // zero. ALREADY_EXISTS if the id is taken, FAILED_PRECONDITION if none is free.
  virtual absl::StatusOr<std::int64_t> InsertServiceRecord(const domain::ServiceRecord& record) = 0;

  // The same for a call. NOT_FOUND if its service record does not exist.
  virtual absl::StatusOr<std::int64_t> InsertCall(const domain::Call& call) = 0;

  // Writes what events make of the tables and returns the sequences of the new events, which
  // ascend.
  //
  // ALREADY_EXISTS if a call has an event of the same id, FAILED_PRECONDITION if there is no such
  // call, NOT_FOUND if one that is to be changed is gone. Then only `Isolated` undoes the rest.
  virtual absl::StatusOr<std::vector<std::int64_t>> Save(const RecordedChanges& changes) = 0;

  // Remembers a creation, and forgets those made before `forget_before`.
  virtual absl::Status InsertCreation(const CreationRequest& request, absl::Time forget_before) = 0;

  // Drops what all events of a call said, transcripts included, and notes when. Events whose detail
  // is dropped already keep their time [F1, X1].
  virtual absl::Status ForgetEvents(std::int64_t call_id, absl::Time forget_time) = 0;

  // Stores what is folded away of a call, and until when; replaces what was stored of it. The
  // history's base stays. NOT_FOUND if the call has no base.
  virtual absl::Status SaveFolded(std::int64_t call_id, const domain::CallHistory& history) = 0;

  // Drops what is personal in a call: of its row, its transcript, its base, what is folded away,
  // its events and the creations that made it. What stays is named in X1. NOT_FOUND if there is no
  // such call; one that is erased already is erased again and keeps its time.
  virtual absl::Status EraseCall(std::int64_t call_id, absl::Time erase_time) = 0;

  // Drops the customer's name, telephone number and vehicle of a service record, and what the
  // creation that made it tells of them; does nothing if there is none of this id.
  virtual absl::Status EraseServiceRecord(std::int64_t id, absl::Time update_time) = 0;

  // Stores how far a task has come that goes through the journal.
  virtual absl::Status SaveProgress(const std::string& task, std::int64_t sequence) = 0;
};

// The database. Thread-safe.
class CallStore {
 public:
  using ReadWork = std::function<absl::Status(CallReader&)>;
  using WriteWork = std::function<absl::Status(CallWriter&)>;
  using Durable = absl::AnyInvocable<void() &&>;

  virtual ~CallStore() = default;

  // Whether other processes may record events in it at the same time.
  virtual bool is_shared() const = 0;

  // Runs `work` in one transaction that is always rolled back, and returns its result.
  virtual absl::Status Read(const ReadWork& work) = 0;

  // The same for work that asks one question only, or several that need not see the same state of
  // the database: each may see its own. Costs less where a transaction costs something.
  virtual absl::Status ReadOne(const ReadWork& work) { return Read(work); }

  // The same without waiting for anything: neither for a server, nor a disk, nor a lock. Nothing if
  // that would be needed; `work` may have been run for that, and what it found does not count.
  virtual std::optional<absl::Status> ReadAtHand(const ReadWork& /*work*/) { return std::nullopt; }

  // Runs `work` in one transaction. Commits it durably if `work` returns OK, rolls it back
  // otherwise, and returns the result of both.
  //
  // After a lost race the store runs `work` again in a new transaction, so `work` must not keep
  // state across runs: it may only assign to what it captured.
  virtual absl::Status Write(const WriteWork& work) = 0;

  // The same for one who has more to write: returns as soon as the next transaction may begin. What
  // was committed is seen by all, but may be lost until `WhenDurable` tells.
  virtual absl::Status WriteAhead(const WriteWork& work) { return Write(work); }

  // Calls `done`, at once or on a thread of the store's, when all is durable that was committed
  // before; in the order in which it is asked for. `done` must be quick and must not throw.
  virtual void WhenDurable(Durable done) { std::move(done)(); }

  // Returns when all is durable that was committed before, and `WhenDurable` has told so.
  void AwaitDurable() {
    absl::Notification durable;
    WhenDurable([&] { durable.Notify(); });
    durable.WaitForNotification();
  }

  // Makes what was dropped unreadable in the database's files, where that is in our hands. ABORTED
  // if somebody reads an older state just now: try again later.
  virtual absl::Status Scrub() = 0;
};

}  // namespace autopulse::callevents::core
