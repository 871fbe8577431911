#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "services/domain/outcome.h"

// What may be asked of calls.
namespace autopulse::callevents::core {

// What calls may be selected and ordered by.
enum class CallField {
  kStatus,          // text: the stored word
  kOutcome,         // outcome
  kCustomerNumber,  // text
  kProviderCallId,  // text: that of the newest attempt
  kServiceRecord,   // integer: its id
  kCreateTime,      // time
  kStartTime,       // time
  kEndTime,         // time
};

enum class Comparison { kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

// One condition. A call without the field matches `kNotEqual` and nothing else.
struct CallCondition {
  CallField field;
  Comparison comparison;
  std::variant<std::string, std::int64_t, absl::Time, domain::CallOutcome> value;
};

// The place of one call in an order by time: where the next page begins.
struct CallPosition {
  std::optional<absl::Time> time;  // of `CallQuery::order_by`; absent values come last
  std::int64_t id = 0;
};

// Which calls, and in which order.
struct CallQuery {
  std::vector<CallCondition> conditions;  // all must hold
  // One of the times; by id without. Ties are broken by id, in the same direction; absent times
  // come last in both directions.
  std::optional<CallField> order_by;
  bool descending = true;
  std::optional<CallPosition> after;  // only what comes behind it
  int limit = 50;
};

}  // namespace autopulse::callevents::core
