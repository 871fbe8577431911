#include "tests/fakes/fake_call_order.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace autopulse::callevents::fakes {
namespace {

using core::CallField;
using core::Comparison;
using Value = decltype(core::CallCondition::value);

template <typename T>
std::optional<Value> Present(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return Value(*value);
}

std::optional<Value> PresentText(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Value(text);
}

std::optional<Value> PresentOutcome(domain::CallOutcome outcome) {
  if (outcome == domain::CallOutcome::kUnspecified) return std::nullopt;
  return Value(outcome);
}

// A value of the type that a field has.
Value ExampleOf(CallField field) {
  switch (field) {
    case CallField::kOutcome:
      return domain::CallOutcome::kUnspecified;
    case CallField::kServiceRecord:
      return std::int64_t{0};
    case CallField::kCreateTime:
    case CallField::kStartTime:
    case CallField::kEndTime:
      return absl::Time();
    default:
      return std::string();
  }
}

std::optional<Value> ValueOf(const domain::Call& call, CallField field) {
  switch (field) {
    case CallField::kStatus:
      return Value(call.state.status_word);
    case CallField::kOutcome:
      return PresentOutcome(call.state.outcome);
    case CallField::kCustomerNumber:
      return PresentText(call.customer_number);
    case CallField::kProviderCallId:
      return Present(call.state.provider_call_id);
    case CallField::kServiceRecord:
      return Present(call.service_record_id);
    case CallField::kCreateTime:
      return Present(call.create_time);
    case CallField::kStartTime:
      return Present(call.state.start_time);
    case CallField::kEndTime:
      return Present(call.state.end_time);
  }
  return std::nullopt;
}

bool Holds(const domain::Call& call, const core::CallCondition& condition) {
  const std::optional<Value> value = ValueOf(call, condition.field);
  if (!value) return condition.comparison == Comparison::kNotEqual;
  switch (condition.comparison) {
    case Comparison::kEqual:
      return *value == condition.value;
    case Comparison::kNotEqual:
      return *value != condition.value;
    case Comparison::kLess:
      return *value < condition.value;
    case Comparison::kLessOrEqual:
      return *value <= condition.value;
    case Comparison::kGreater:
      return *value > condition.value;
    case Comparison::kGreaterOrEqual:
      return *value >= condition.value;
  }
  return false;
}

}  // namespace

absl::Status Check(const core::CallQuery& query) {
  for (const core::CallCondition& condition : query.conditions) {
    if (condition.value.index() != ExampleOf(condition.field).index()) {
      return absl::InvalidArgumentError("the field is compared to a value of another type");
    }
  }
  if (query.order_by && !std::holds_alternative<absl::Time>(ExampleOf(*query.order_by))) {
    return absl::InvalidArgumentError("calls are ordered by a time");
  }
  return absl::OkStatus();
}

bool Matches(const domain::Call& call, const core::CallQuery& query) {
  if (query.after && !ComesBefore(*query.after, PositionOf(call, query), query.descending)) {
    return false;
  }
  return std::all_of(query.conditions.begin(), query.conditions.end(),
                     [&](const core::CallCondition& condition) { return Holds(call, condition); });
}

core::CallPosition PositionOf(const domain::Call& call, const core::CallQuery& query) {
  core::CallPosition position{.time = std::nullopt, .id = call.id};
  if (!query.order_by) return position;
  if (const auto value = ValueOf(call, *query.order_by)) {
    if (const auto* time = std::get_if<absl::Time>(&*value)) position.time = *time;
  }
  return position;
}

bool ComesBefore(const core::CallPosition& a, const core::CallPosition& b, bool descending) {
  if (a.time.has_value() != b.time.has_value()) return a.time.has_value();
  if (a.time != b.time) return descending ? *a.time > *b.time : *a.time < *b.time;
  return descending ? a.id > b.id : a.id < b.id;
}

}  // namespace autopulse::callevents::fakes
