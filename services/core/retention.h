#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/base/clock.h"
#include "services/core/call_store.h"
#include "services/core/eraser.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::core {

// For how long things are kept. What has no time is kept for ever.
struct RetentionOptions {
  domain::RuleOptions rules = {};
  // After the newest event of a call was recorded: what its events said [F1].
  std::optional<absl::Duration> fold_window = {};
  // After the last thing that is known to have happened to a call: what is personal in it [X1].
  std::optional<absl::Duration> erase_after = {};
};

// What became of a little work.
struct RetentionStep {
  std::size_t seen = 0;   // events or calls that were looked at
  std::size_t calls = 0;  // that were folded, or erased, or would be
  bool done = false;      // there is no more to do for now
};

// Forgets what is older than it is to be kept, in transactions that are small enough to run beside
// recording. Stopped anywhere, it goes on from there. Several may run on one database.
// Thread-safe, but a variable passed as `after` must not be shared between threads.
class Retention {
 public:
  Retention(CallStore& store, Eraser& eraser, RetentionOptions options, base::Clock clock);

  // Folds away the calls of some events: the oldest ones that were not looked at before, by
  // whatever process. Errors are those of the store.
  absl::StatusOr<RetentionStep> Fold();

  // Says what that would do with the events behind `after`, which moves on, and changes nothing.
  absl::StatusOr<RetentionStep> CompareFold(std::int64_t& after);

  // Erases some calls behind the id `after`, which moves on.
  absl::StatusOr<RetentionStep> Erase(std::int64_t& after);

  // Says what that would do, and changes nothing.
  absl::StatusOr<RetentionStep> CompareErase(std::int64_t& after);

  // The place in the journal that `Fold` goes on from.
  absl::StatusOr<std::int64_t> FoldProgress();

  const RetentionOptions& options() const { return options_; }

 private:
  // Events that are old enough, as far as they were read.
  struct Past {
    std::size_t seen = 0;
    std::int64_t last_sequence = 0;
    bool done = false;
    std::vector<std::int64_t> call_ids;  // ascending; those with newer events are left out
  };

  // What was recorded behind `after` and before `horizon`.
  absl::StatusOr<Past> FindPast(CallReader& calls, std::int64_t after, absl::Time horizon);
  absl::Status FoldCall(CallWriter& calls, std::int64_t call_id);
  absl::StatusOr<std::vector<std::int64_t>> FindExpired(std::int64_t after);

  CallStore& store_;
  Eraser& eraser_;
  const RetentionOptions options_;
  const base::Clock clock_;
};

}  // namespace autopulse::callevents::core
