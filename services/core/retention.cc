#include "services/core/retention.h"

#include <map>
#include <utility>

#include "services/base/status_macros.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {
namespace {

// How much is done in one transaction.
constexpr int kEventsPerStep = 100;
constexpr int kCallsPerStep = 50;

// The task's name in the database.
const char* const kFoldTask = "fold";

}  // namespace

Retention::Retention(CallStore& store, Eraser& eraser, RetentionOptions options, base::Clock clock)
    : store_(store), eraser_(eraser), options_(options), clock_(std::move(clock)) {}

absl::StatusOr<Retention::Past> Retention::FindPast(CallReader& calls, std::int64_t after,
                                                    absl::Time horizon) {
  Past past{.last_sequence = after, .call_ids = {}};
  ASSIGN_OR_RETURN(const std::vector<domain::RecordedEvent> events,
                   calls.ListAllEvents(after, kEventsPerStep));
  std::map<std::int64_t, std::int64_t> newest;  // of each call: the last of these events
  for (const domain::RecordedEvent& event : events) {
    if (event.create_time >= horizon) {
      past.done = true;
      break;
    }
    newest[event.call_id] = event.sequence;
    past.last_sequence = event.sequence;
    ++past.seen;
  }
  past.done = past.done || events.size() < static_cast<std::size_t>(kEventsPerStep);
  for (const auto& [call_id, sequence] : newest) {
    // A call with newer events is met again at the last of them.
    ASSIGN_OR_RETURN(const auto newer, calls.ListEvents(call_id, sequence, /*limit=*/1));
    if (newer.empty()) past.call_ids.push_back(call_id);
  }
  return past;
}

absl::StatusOr<RetentionStep> Retention::Fold() {
  RetentionStep step{.done = true};
  if (!options_.fold_window) return step;
  const absl::Status written = store_.Write([&](CallWriter& calls) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t after, calls.FindProgress(kFoldTask));
    // One for both looks: a later one would find calls that are not locked.
    const absl::Time horizon = clock_() - *options_.fold_window;
    ASSIGN_OR_RETURN(Past past, FindPast(calls, after, horizon));
    step = {.seen = past.seen, .calls = 0, .done = past.done};
    if (past.seen == 0) return absl::OkStatus();
    RETURN_IF_ERROR(calls.LockCalls({.call_ids = past.call_ids}).status());
    // Whatever was recorded before the calls were locked is seen now.
    ASSIGN_OR_RETURN(past, FindPast(calls, after, horizon));
    for (const std::int64_t call_id : past.call_ids) {
      RETURN_IF_ERROR(FoldCall(calls, call_id));
      ++step.calls;
    }
    return calls.SaveProgress(kFoldTask, past.last_sequence);
  });
  if (!written.ok()) return written;
  return step;
}

absl::Status Retention::FoldCall(CallWriter& calls, std::int64_t call_id) {
  ASSIGN_OR_RETURN(const std::optional<domain::CallHistory> history, calls.FindHistory(call_id));
  if (history && !history->events.empty()) {
    RETURN_IF_ERROR(calls.SaveFolded(call_id, domain::FoldAway(*history, options_.rules)));
  }
  return calls.ForgetEvents(call_id, domain::ToMicroseconds(clock_()));
}

absl::StatusOr<RetentionStep> Retention::CompareFold(std::int64_t& after) {
  RetentionStep step{.done = true};
  if (!options_.fold_window) return step;
  const absl::Status read = store_.Read([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(const Past past, FindPast(calls, after, clock_() - *options_.fold_window));
    step = {.seen = past.seen, .calls = past.call_ids.size(), .done = past.done};
    after = past.last_sequence;
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return step;
}

absl::StatusOr<std::int64_t> Retention::FoldProgress() {
  std::int64_t sequence = 0;
  const absl::Status read = store_.Read([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(sequence, calls.FindProgress(kFoldTask));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return sequence;
}

absl::StatusOr<std::vector<std::int64_t>> Retention::FindExpired(std::int64_t after) {
  std::vector<std::int64_t> expired;
  const absl::Status read = store_.Read([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(expired,
                     calls.FindExpired(clock_() - *options_.erase_after, after, kCallsPerStep));
    return absl::OkStatus();
  });
  if (!read.ok()) return read;
  return expired;
}

absl::StatusOr<RetentionStep> Retention::Erase(std::int64_t& after) {
  RetentionStep step{.done = true};
  if (!options_.erase_after) return step;
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> expired, FindExpired(after));
  if (expired.empty()) return step;
  ASSIGN_OR_RETURN(const int erased,
                   eraser_.EraseExpired(expired, clock_() - *options_.erase_after));
  after = expired.back();
  return RetentionStep{.seen = expired.size(),
                       .calls = static_cast<std::size_t>(erased),
                       .done = expired.size() < static_cast<std::size_t>(kCallsPerStep)};
}

absl::StatusOr<RetentionStep> Retention::CompareErase(std::int64_t& after) {
  RetentionStep step{.done = true};
  if (!options_.erase_after) return step;
  ASSIGN_OR_RETURN(const std::vector<std::int64_t> expired, FindExpired(after));
  if (expired.empty()) return step;
  after = expired.back();
  return RetentionStep{.seen = expired.size(),
                       .calls = expired.size(),
                       .done = expired.size() < static_cast<std::size_t>(kCallsPerStep)};
}

}  // namespace autopulse::callevents::core
