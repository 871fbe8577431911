#include "persistence/call_query.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "persistence/column_words.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

using core::CallField;
using core::Comparison;
using Query = odb::query_base;
using Columns = odb::query<CallRow>;
using TimeColumn = odb::query_column<Timestamp>;

// A call without the field matches `kNotEqual` and nothing else.
template <typename T>
absl::StatusOr<Query> Compare(const odb::query_column<T>& column, Comparison comparison,
                              const T& value) {
  switch (comparison) {
    case Comparison::kEqual:
      return column == value;
    case Comparison::kNotEqual:
      return column != value || column.is_null();
    case Comparison::kLess:
      return column < value;
    case Comparison::kLessOrEqual:
      return column <= value;
    case Comparison::kGreater:
      return column > value;
    case Comparison::kGreaterOrEqual:
      return column >= value;
  }
  return absl::InternalError("unknown comparison");
}

absl::StatusOr<Query> CompareText(const odb::query_column<std::string>& column,
                                  const core::CallCondition& condition) {
  const auto* value = std::get_if<std::string>(&condition.value);
  if (value == nullptr) return absl::InvalidArgumentError("the field is compared to a text");
  return Compare(column, condition.comparison, *value);
}

absl::StatusOr<Query> CompareOutcome(const odb::query_column<std::string>& column,
                                     const core::CallCondition& condition) {
  const auto* value = std::get_if<domain::CallOutcome>(&condition.value);
  if (value == nullptr) return absl::InvalidArgumentError("the field is compared to an outcome");
  return Compare(column, condition.comparison, ToWord(*value).value_or(""));
}

absl::StatusOr<Query> CompareInteger(const odb::query_column<std::int64_t>& column,
                                     const core::CallCondition& condition) {
  const auto* value = std::get_if<std::int64_t>(&condition.value);
  if (value == nullptr) return absl::InvalidArgumentError("the field is compared to an integer");
  return Compare(column, condition.comparison, *value);
}

absl::StatusOr<Query> CompareTime(const TimeColumn& column, const core::CallCondition& condition) {
  const auto* value = std::get_if<absl::Time>(&condition.value);
  if (value == nullptr) return absl::InvalidArgumentError("the field is compared to a time");
  return Compare(column, condition.comparison, ToEntity(*value));
}

absl::StatusOr<Query> ToQuery(const core::CallCondition& condition) {
  switch (condition.field) {
    case CallField::kStatus:
      return CompareText(Columns::state.status, condition);
    case CallField::kOutcome:
      return CompareOutcome(Columns::state.outcome, condition);
    case CallField::kCustomerNumber:
      return CompareText(Columns::customer_number, condition);
    case CallField::kProviderCallId:
      return CompareText(Columns::state.vapi_call_id, condition);
    case CallField::kServiceRecord:
      return CompareInteger(Columns::service_record_id, condition);
    case CallField::kCreateTime:
      return CompareTime(Columns::create_time, condition);
    case CallField::kStartTime:
      return CompareTime(Columns::state.start_time, condition);
    case CallField::kEndTime:
      return CompareTime(Columns::state.end_time, condition);
  }
  return absl::InternalError("unknown field");
}

// A time to order by: where it is in the database, and in a row.
struct TimeField {
  const TimeColumn& column;
  std::optional<Timestamp> (*of)(const CallRow& row);
};

absl::StatusOr<TimeField> ToTimeField(CallField field) {
  switch (field) {
    case CallField::kCreateTime:
      return TimeField{Columns::create_time, [](const CallRow& row) { return row.create_time; }};
    case CallField::kStartTime:
      return TimeField{Columns::state.start_time,
                       [](const CallRow& row) { return row.state.start_time; }};
    case CallField::kEndTime:
      return TimeField{Columns::state.end_time,
                       [](const CallRow& row) { return row.state.end_time; }};
    default:
      return absl::InvalidArgumentError("calls are ordered by a time");
  }
}

std::vector<domain::Call> Select(Database& kind, const std::vector<Query>& parts,
                                 const core::CallQuery& query) {
  return kind.SelectCalls(parts, query.limit, query.conditions.empty());
}

Query BehindId(std::int64_t id, bool descending) {
  return descending ? Columns::id < id : Columns::id > id;
}

// Calls in order of a time: behind the place where the page begins, those of the same moment, by
// id, then the others that have the time, then those that lack it, by id. Each part is a query of
// its own, so that all run along their index, however many calls there are of one moment.
class TimeOrder {
 public:
  // `after` is where the page begins, if not at the start.
  static absl::StatusOr<TimeOrder> Create(Database& kind, const core::CallQuery& query) {
    ASSIGN_OR_RETURN(const TimeField field, ToTimeField(*query.order_by));
    return TimeOrder(kind, field, query);
  }

  // The parts that the page may reach, the first one first.
  std::vector<Query> Parts() const {
    const Query lacking = field_.column.is_null();
    if (!after_) return {field_.column.is_not_null(), lacking};
    const Query behind_id = BehindId(after_->id, descending_);
    if (!edge_is_row_ && !after_->time) return {lacking && behind_id};
    return {Bound(Comparison::kEqual) && behind_id,
            field_.column.is_not_null() &&
                Bound(descending_ ? Comparison::kLess : Comparison::kGreater),
            lacking};
  }

  Query Clause() const {
    const char* const direction = descending_ ? "DESC" : "ASC";
    return "ORDER BY" + field_.column + absl::StrCat(direction, ",") + Columns::id + direction;
  }

 private:
  TimeOrder(Database& kind, TimeField field, const core::CallQuery& query)
      : field_(field), descending_(query.descending), after_(query.after) {
    if (!after_ || (after_->time && kind.compares_times())) return;
    edge_is_row_ = IsAsStored(kind.database(), *after_);
  }

  // Whether the row of a position still has the position's time. The database then compares with
  // the row itself, since another program may have written the same time (or something unreadable)
  // in another way than we do.
  bool IsAsStored(odb::database& database, const core::CallPosition& position) const {
    CallRow row;
    if (!database.find(position.id, row)) return false;
    const std::optional<Timestamp> stored = field_.of(row);
    return stored && FromEntity(stored) == position.time;
  }

  Query Bound(Comparison comparison) const {
    if (edge_is_row_) {
      const char* const sign = comparison == Comparison::kEqual  ? "="
                               : comparison == Comparison::kLess ? "<"
                                                                 : ">";
      return field_.column + sign + "(SELECT" + field_.column + "FROM \"call\" WHERE" +
             (Columns::id == after_->id) + ")";
    }
    return *Compare(field_.column, comparison, ToEntity(*after_->time));
  }

  TimeField field_;
  bool descending_;
  std::optional<core::CallPosition> after_;
  bool edge_is_row_ = false;
};

Query OrderedById(const core::CallQuery& query, const Query& conditions) {
  const Query page =
      query.after ? conditions && BehindId(query.after->id, query.descending) : conditions;
  return page + "ORDER BY" + Columns::id + (query.descending ? "DESC" : "ASC");
}

}  // namespace

absl::StatusOr<std::vector<domain::Call>> QueryCalls(Database& kind, const core::CallQuery& query) {
  Query conditions(true);
  for (const core::CallCondition& condition : query.conditions) {
    ASSIGN_OR_RETURN(const Query clause, ToQuery(condition));
    conditions = conditions && clause;
  }
  if (!query.order_by) return Select(kind, {OrderedById(query, conditions)}, query);
  ASSIGN_OR_RETURN(const TimeOrder order, TimeOrder::Create(kind, query));
  std::vector<Query> parts;
  for (const Query& part : order.Parts()) parts.push_back((conditions && part) + order.Clause());
  return Select(kind, parts, query);
}

}  // namespace autopulse::callevents::persistence
