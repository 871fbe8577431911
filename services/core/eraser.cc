#include "services/core/eraser.h"

#include <utility>

#include "services/base/log.h"
#include "services/base/status_macros.h"
#include "services/domain/call_event.h"

namespace autopulse::callevents::core {

Eraser::Eraser(CallStore& store, std::function<void()> forget_kept, base::Clock clock)
    : store_(store), forget_kept_(std::move(forget_kept)), clock_(std::move(clock)) {}

absl::StatusOr<domain::Call> Eraser::Erase(std::int64_t call_id, ServiceRecordIs service_record) {
  domain::Call call;
  const absl::Status erased = store_.Write([&](CallWriter& calls) -> absl::Status {
    const absl::Time now = domain::ToMicroseconds(clock_());
    RETURN_IF_ERROR(calls.LockCalls({.call_ids = {call_id}}).status());
    RETURN_IF_ERROR(calls.EraseCall(call_id, now));
    ASSIGN_OR_RETURN(call, calls.GetCall(call_id));
    if (service_record == ServiceRecordIs::kKept || !call.service_record_id) {
      return absl::OkStatus();
    }
    return calls.EraseServiceRecord(*call.service_record_id, now);
  });
  if (!erased.ok()) return erased;
  AfterCommit();
  return call;
}

absl::StatusOr<int> Eraser::EraseExpired(const std::vector<std::int64_t>& call_ids,
                                         absl::Time before) {
  int count = 0;
  const absl::Status erased = store_.Write([&](CallWriter& calls) -> absl::Status {
    count = 0;
    const absl::Time now = domain::ToMicroseconds(clock_());
    RETURN_IF_ERROR(calls.LockCalls({.call_ids = call_ids}).status());
    for (const std::int64_t call_id : call_ids) {  // an event may have come since they were found
      ASSIGN_OR_RETURN(const std::vector<std::int64_t> expired,
                       calls.FindExpired(before, call_id - 1, /*limit=*/1));
      if (expired.empty() || expired.front() != call_id) continue;
      RETURN_IF_ERROR(calls.EraseCall(call_id, now));
      ++count;
    }
    return absl::OkStatus();
  });
  if (!erased.ok()) return erased;
  if (count > 0) AfterCommit();
  return count;
}

void Eraser::AfterCommit() {
  forget_kept_();
  scrub_due_ = true;
  const absl::Status scrubbed = Scrub();
  if (!scrubbed.ok()) {
    base::LogWarning("erased data is still in the database's files; trying again later",
                     {{"error", scrubbed.message()}});
  }
}

absl::Status Eraser::Scrub() {
  if (!scrub_due_.exchange(false)) return absl::OkStatus();
  absl::Status scrubbed = store_.Scrub();
  if (!scrubbed.ok()) scrub_due_ = true;
  return scrubbed;
}

}  // namespace autopulse::callevents::core
