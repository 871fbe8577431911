#include "services/core/call_matcher.h"

#include <algorithm>
#include <optional>
#include <string>

namespace autopulse::callevents::core {
namespace {

using Value = decltype(CallCondition::value);

std::optional<Value> Given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<Value>(text);
}

std::optional<Value> Given(domain::CallOutcome outcome) {
  return outcome == domain::CallOutcome::kUnspecified ? std::nullopt
                                                      : std::optional<Value>(outcome);
}

template <typename T>
std::optional<Value> Given(const std::optional<T>& value) {
  return value ? std::optional<Value>(*value) : std::nullopt;
}

std::optional<Value> ValueOf(const domain::Call& call, absl::string_view status_word,
                             CallField field) {
  switch (field) {
    case CallField::kStatus:
      return Given(std::string(status_word));
    case CallField::kOutcome:
      return Given(call.state.outcome);
    case CallField::kCustomerNumber:
      return Given(call.customer_number);
    case CallField::kProviderCallId:
      return Given(call.state.provider_call_id);
    case CallField::kServiceRecord:
      return Given(call.service_record_id);
    case CallField::kCreateTime:
    case CallField::kStartTime:
    case CallField::kEndTime:
      return Given(TimeOf(call, field));
  }
  return std::nullopt;
}

bool Holds(const std::optional<Value>& value, Comparison comparison, const Value& wanted) {
  if (!value) return comparison == Comparison::kNotEqual;
  switch (comparison) {
    case Comparison::kEqual:
      return *value == wanted;
    case Comparison::kNotEqual:
      return *value != wanted;
    case Comparison::kLess:
      return *value < wanted;
    case Comparison::kLessOrEqual:
      return *value <= wanted;
    case Comparison::kGreater:
      return *value > wanted;
    case Comparison::kGreaterOrEqual:
      return *value >= wanted;
  }
  return false;
}

}  // namespace

bool Matches(const domain::Call& call, absl::string_view status_word,
             const std::vector<CallCondition>& conditions) {
  return std::all_of(conditions.begin(), conditions.end(), [&](const CallCondition& condition) {
    return Holds(ValueOf(call, status_word, condition.field), condition.comparison,
                 condition.value);
  });
}

std::optional<absl::Time> TimeOf(const domain::Call& call, CallField field) {
  switch (field) {
    case CallField::kCreateTime:
      return call.create_time;
    case CallField::kStartTime:
      return call.state.start_time;
    case CallField::kEndTime:
      return call.state.end_time;
    default:
      return std::nullopt;
  }
}

}  // namespace autopulse::callevents::core
