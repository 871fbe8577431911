#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "persistence/spool/dead_letters.h"
#include "persistence/spool/disk_reserve.h"
#include "persistence/spool/failures.h"
#include "persistence/spool/file_lock.h"
#include "persistence/spool/pending_calls.h"
#include "persistence/spool/spool_database.h"

namespace autopulse::callevents::persistence::spool {

// An event on its way into the spool.
struct NewEvent {
  std::string call;         // whose events are sent in order [O7]; not empty
  std::string payload;      // bytes, as they will be read back
  absl::Time receive_time;  // of the first intake [O6]
  Failures failures;        // of the attempt that brought it here, if there was one
  absl::Time due;           // when it is to be sent, unless others of its call wait before it
};

// An event that is to be sent.
struct PendingEvent {
  std::int64_t id = 0;    // the order of intake
  std::int64_t lane = 0;  // the queue that it stands in
  bool alone = false;     // it stands aside: nothing waits behind it
  std::string call;
  std::string payload;
  absl::Time receive_time;
  absl::Time due;  // since when its lane has waited to be sent
  Failures failures;
};

// What became of a pending event.
struct Settlement {
  enum class Kind {
    kDelivered,   // it is removed
    kRetry,       // its lane is due again at `due`
    kStandAside,  // it gets a lane of its own, due at `due`; the lane that it held back is due now
    kBury,        // it becomes a dead letter for `reason`
  };

  Kind kind = Kind::kDelivered;
  std::int64_t event = 0;
  std::int64_t lane = 0;
  Failures failures;
  absl::Time due;
  std::string reason;
};

// The lanes of one of `count` readers that share all lanes: those whose id leaves `index` when it
// is divided by `count`.
struct LaneShare {
  int count = 1;
  int index = 0;
};

// How much `ReadDue` and `ReadAll` read, and of which lanes: `share` is for `ReadDue` alone.
struct PageLimits {
  int events = 500;
  std::size_t bytes = std::size_t{4} << 20;  // exceeded by one event at most
  LaneShare share = {};
};

// What is in the spool, and what it takes of the disk.
struct SpoolUsage {
  std::int64_t pending = 0;
  std::optional<absl::Time> oldest_receive_time;  // of what is pending
  std::int64_t dead_letters = 0;
  std::uintmax_t file_bytes = 0;
  std::uintmax_t log_bytes = 0;     // of the write-ahead log beside it
  std::uintmax_t unused_bytes = 0;  // of the file
};

// Events that could not be delivered yet, in a file that survives this process. Thread-safe.
//
// Errors are those of SpoolDatabase. What a method was told to keep is on disk when it returns OK.
class EventSpool {
 public:
  struct Options {
    absl::Duration busy_timeout = absl::Seconds(5);
    // What is left free on the disk: without room for its log SQLite cannot even delete, and a
    // spool that has filled its disk would never be emptied. Dead letters leave four times as much.
    std::uintmax_t reserve_bytes = std::uintmax_t{16} << 20;
    // Whether this process sends what is pending: one at a time may. False for one that only looks
    // at what another one sends.
    bool sends = true;
    // A file up to this size is read whole before it is used to send from, so that damage is known
    // before anything is promised; a larger one would hold up the start for too long.
    std::uintmax_t verify_bytes = std::uintmax_t{64} << 20;
  };

  // Opens or makes the file `path`. For who sends, what is due later than `now` is due at once.
  // FAILED_PRECONDITION also if another process sends from it.
  static absl::StatusOr<std::unique_ptr<EventSpool>> Open(const std::string& path, absl::Time now,
                                                          const Options& options);

  // Keeps `event`, behind the others of its call. RESOURCE_EXHAUSTED also if less than the reserve
  // would be left, on the disk and within the file; UNAVAILABLE also as long as the file is not
  // where it was opened.
  absl::Status Append(const NewEvent& event);

  // Whether events of this call wait in order. Those that stand aside do not count [O7].
  absl::StatusOr<bool> HasWaiting(absl::string_view call);

  // Whether events of this call may wait, without looking into the file. Never blocks.
  bool MayHaveWaiting(absl::string_view call) const { return pending_.MayInclude(call); }

  // Reads what is due, the lanes that wait longest first, in order within each lane. Behind an
  // event that has failed, nothing of its lane is read.
  absl::StatusOr<std::vector<PendingEvent>> ReadDue(absl::Time now, const PageLimits& limits);

  // Reads what is pending, due or not, with an id above `after_id`, by id.
  absl::StatusOr<std::vector<PendingEvent>> ReadAll(std::int64_t after_id,
                                                    const PageLimits& limits);

  // Writes down what became of events, all or nothing.
  absl::Status Settle(const std::vector<Settlement>& settlements, absl::Time now);

  // Sees to it that nothing of what was removed is left in the file or its log. ABORTED if another
  // process reads the log all the time.
  absl::Status EraseTraces();

  // How much is in the spool, and what that takes of the disk: zero bytes for a file that is not
  // where it was opened.
  absl::StatusOr<SpoolUsage> ReadUsage();

  // Gives up to 4 MiB of what the file does not use back to the disk; 16 MiB stay for the next
  // outage. Whether there is more to give back.
  absl::StatusOr<bool> Shrink();

  // How many events are pending, as far as this process has seen.
  std::int64_t pending() const { return pending_.count(); }

  DeadLetters& dead_letters() { return dead_letters_; }

 private:
  EventSpool(std::optional<FileLock> lock, std::unique_ptr<SpoolDatabase> database,
             std::string path, const Options& options);

  absl::Status Begin(absl::Time now);

  const std::optional<FileLock> lock_;  // the last to go
  const std::string path_;
  const Options options_;
  std::unique_ptr<SpoolDatabase> database_;
  DiskReserve room_;
  DeadLetters dead_letters_;
  PendingCalls pending_;
};

}  // namespace autopulse::callevents::persistence::spool
