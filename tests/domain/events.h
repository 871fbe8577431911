#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "services/domain/call_event.h"
#include "services/domain/call_status.h"

// Events in one line, for tests.
namespace autopulse::callevents::domain {

// The time that tests begin at, `seconds` later.
inline absl::Time At(double seconds) {
  return absl::FromUnixSeconds(1'746'100'800) + absl::Seconds(seconds);  // 2025-05-01 12:00 UTC
}

// An event at `At(seconds)`, received as it happened, without a provider's id.
inline CallEvent Event(std::string id, double seconds, EventDetail detail) {
  CallEvent event;
  event.event_id = std::move(id);
  event.time = At(seconds);
  event.receive_time = At(seconds);
  event.provider = "vapi";
  event.detail = std::move(detail);
  return event;
}

inline CallEvent Told(std::string id, double seconds, CallStatus call_status) {
  StatusUpdate update;
  update.call_status = call_status;
  return Event(std::move(id), seconds, std::move(update));
}

// An update that says why the call ended.
inline CallEvent ToldWhy(std::string id, double seconds, CallStatus call_status, std::string reason,
                         EndedReasonGroup group) {
  StatusUpdate update;
  update.call_status = call_status;
  update.ended_reason = std::move(reason);
  update.ended_reason_group = group;
  return Event(std::move(id), seconds, std::move(update));
}

inline CallEvent HungUp(std::string id, double seconds, HangupReason reason) {
  Hangup hangup;
  hangup.reason = reason;
  return Event(std::move(id), seconds, std::move(hangup));
}

inline CallEvent Reported(std::string id, double seconds, EndOfCallReport report = {}) {
  return Event(std::move(id), seconds, std::move(report));
}

// A report that brings a transcript of one line.
inline EndOfCallReport ReportSaying(std::string content) {
  EndOfCallReport report;
  report.has_transcript = true;
  report.transcript.push_back({.role = "human",
                               .content = std::move(content),
                               .start_time = At(0),
                               .end_time = std::nullopt,
                               .seconds_from_start = std::nullopt,
                               .duration_ms = std::nullopt});
  return report;
}

// All members of a report, in their order. Does not compile where there is another number of them.
constexpr auto MembersOf(const EndOfCallReport& report) {
  const auto& [start_time, end_time, duration_sec, duration_ms, ended_reason, ended_reason_group,
               cost, recording_url, recording_expire_time, analysis_summary,
               analysis_success_evaluation, analysis_structured_data, has_transcript, transcript] =
      report;
  return std::tie(start_time, end_time, duration_sec, duration_ms, ended_reason, ended_reason_group,
                  cost, recording_url, recording_expire_time, analysis_summary,
                  analysis_success_evaluation, analysis_structured_data, has_transcript,
                  transcript);
}

// Whether each of the values, such as `MembersOf` returns, has its equal in `others`.
template <typename... Values>
std::vector<bool> Equal(const std::tuple<Values...>& values, const std::tuple<Values...>& others) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::vector<bool>{(std::get<I>(values) == std::get<I>(others))...};
  }
  (std::index_sequence_for<Values...>());
}

// The same event of the attempt that the provider calls `provider_call_id`.
inline CallEvent Of(std::string provider_call_id, CallEvent event) {
  event.provider_call_id = std::move(provider_call_id);
  return event;
}

}  // namespace autopulse::callevents::domain
