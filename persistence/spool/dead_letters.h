#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "persistence/spool/disk_reserve.h"
#include "persistence/spool/failures.h"
#include "persistence/spool/spool_database.h"

namespace autopulse::callevents::persistence::spool {

// The forms of what a dead letter carries: what a pending event does, and a webhook's body as it
// came.
inline constexpr char kPendingForm[] = "request";
inline constexpr char kBodyForm[] = "body";

// What was given up.
struct DeadLetter {
  std::int64_t id = 0;  // given when it is kept
  std::string reason;   // a word
  std::string call;     // empty if it names none
  std::string form;     // what the payload is, a word
  std::string payload;  // empty in a list
  absl::Time receive_time;
  absl::Time create_time;  // when it was given up
  Failures failures;
};

// Which dead letters. What is not set does not restrict.
struct DeadLetterFilter {
  std::vector<std::int64_t> ids;
  std::string call;
  std::string reason;
  std::optional<absl::Time> since;  // create time, inclusive
  std::optional<absl::Time> until;  // create time, exclusive
};

// The dead letters of a spool. Thread-safe; errors are those of SpoolDatabase.
class DeadLetters {
 public:
  // `database` must outlive this. Whatever is added leaves `room`.
  DeadLetters(SpoolDatabase& database, DiskReserve room)
      : database_(database), room_(std::move(room)) {}

  // Keeps a dead letter; its `id` is not read. RESOURCE_EXHAUSTED also if there is no room.
  absl::Status Add(const DeadLetter& letter);

  // Reads those with an id above `after_id` that match, by id, without payloads; at most `limit`.
  absl::StatusOr<std::vector<DeadLetter>> List(const DeadLetterFilter& filter,
                                               std::int64_t after_id, int limit);

  // How many match.
  absl::StatusOr<std::int64_t> Count(const DeadLetterFilter& filter);

  // Reads one, whole. NOT_FOUND if there is none.
  absl::StatusOr<DeadLetter> Get(std::int64_t id);

  // Writes down that another attempt failed. NOT_FOUND if there is none.
  absl::Status RecordFailure(std::int64_t id, const Failures& failures);

  // Removes one. NOT_FOUND if there is none.
  absl::Status Remove(std::int64_t id);

  // Removes those given up before `time`, at most `limit`. How many that were.
  absl::StatusOr<int> RemoveOlder(absl::Time time, int limit);

 private:
  absl::Status Change(const std::function<void(odb::database&)>& change);

  SpoolDatabase& database_;
  const DiskReserve room_;
};

}  // namespace autopulse::callevents::persistence::spool
