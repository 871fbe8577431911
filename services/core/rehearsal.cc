#include "services/core/rehearsal.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/base/status_macros.h"
#include "services/core/event_group.h"
#include "services/core/kept_calls.h"

namespace autopulse::callevents::core {
namespace {

// Of the call and of its service record: no other row has it, and no counter goes on for it.
constexpr std::int64_t kId = -1;

// A report that changes every table that an event writes to.
ReportedEvent MakeReport(absl::Time now) {
  domain::EndOfCallReport report;
  report.has_transcript = true;
  report.transcript.push_back({.role = "user",
                               .content = "rehearsal",
                               .start_time = now,
                               .end_time = std::nullopt,
                               .seconds_from_start = std::nullopt,
                               .duration_ms = std::nullopt});
  ReportedEvent reported;
  reported.call_id = kId;
  reported.event.event_id = "rehearsal";
  reported.event.time = now;
  reported.event.receive_time = now;
  reported.event.detail = std::move(report);
  return reported;
}

absl::Status Record(CallWriter& calls) {
  const absl::Time now = absl::UnixEpoch();
  domain::ServiceRecord record;
  record.id = kId;
  RETURN_IF_ERROR(calls.InsertServiceRecord(record).status());
  domain::Call call;
  call.id = kId;
  call.service_record_id = kId;
  RETURN_IF_ERROR(calls.InsertCall(call).status());
  std::vector<ReportedEvent> events{MakeReport(now)};
  KeptCalls none(1);
  EventGroup group({none, domain::RuleOptions(), now}, absl::MakeSpan(events));
  return group.Record(calls);
}

}  // namespace

absl::Status Rehearse(CallWriter& calls) {
  const absl::Status undone = calls.Isolated([&]() -> absl::Status {
    RETURN_IF_ERROR(Record(calls));
    return absl::CancelledError("recorded, and to be undone");
  });
  return absl::IsCancelled(undone) ? absl::OkStatus() : undone;
}

}  // namespace autopulse::callevents::core
