#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "absl/time/time.h"
#include "services/domain/call_status.h"
#include "services/domain/decimal.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

// All of a call that events write. What is absent is unknown. Times are whole microseconds.
struct CallState {
  std::string status_word{ToWord(CallStatus::kReady)};  // perhaps another program's
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
  std::optional<std::int64_t> duration_sec;
  std::optional<std::int64_t> duration_ms;  // the provider's own measurement
  std::optional<std::string> recording_url;
  std::optional<absl::Time> recording_expire_time;
  std::optional<std::string> provider_call_id;  // vapi_call_id [R5]
  std::optional<std::string> ended_reason;
  std::optional<Decimal> cost;  // US dollars
  CallOutcome outcome = CallOutcome::kUnspecified;
  std::optional<std::string> analysis_summary;
  std::optional<std::string> analysis_success_evaluation;
  std::optional<std::string> analysis_structured_data;  // JSON text

  CallStatus status() const { return CallStatusFromWord(status_word); }

  friend bool operator==(const CallState&, const CallState&) = default;
};

// The members of `CallState`, except the status, which every applied event writes.
inline constexpr auto kCallStateMembers = std::make_tuple(
    &CallState::start_time, &CallState::end_time, &CallState::duration_sec, &CallState::duration_ms,
    &CallState::recording_url, &CallState::recording_expire_time, &CallState::provider_call_id,
    &CallState::ended_reason, &CallState::cost, &CallState::outcome, &CallState::analysis_summary,
    &CallState::analysis_success_evaluation, &CallState::analysis_structured_data);

// All members of a state, in their order. Does not compile where `CallState` has another number of
// members: a new one goes here, and into `kCallStateMembers`.
constexpr auto MembersOf(const CallState& state) {
  const auto& [status_word, start_time, end_time, duration_sec, duration_ms, recording_url,
               recording_expire_time, provider_call_id, ended_reason, cost, outcome,
               analysis_summary, analysis_success_evaluation, analysis_structured_data] = state;
  return std::tie(status_word, start_time, end_time, duration_sec, duration_ms, recording_url,
                  recording_expire_time, provider_call_id, ended_reason, cost, outcome,
                  analysis_summary, analysis_success_evaluation, analysis_structured_data);
}
inline constexpr std::size_t kCallStateMemberCount =
    std::tuple_size_v<decltype(MembersOf(CallState()))>;
static_assert(kCallStateMemberCount == 1 + std::tuple_size_v<decltype(kCallStateMembers)>);

// A call as it is stored.
struct Call {
  std::int64_t id = 0;
  std::optional<std::int64_t> service_record_id;
  std::string customer_number;            // empty if unknown
  std::string direction;                  // empty if unknown
  std::optional<absl::Time> create_time;  // absent in rows that another program made
  std::optional<absl::Time> update_time;  // when an event last changed it
  std::optional<absl::Time> erase_time;   // when what is personal in it was erased [X1]
  CallState state;
};

}  // namespace autopulse::callevents::domain
