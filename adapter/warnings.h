#pragma once

#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// What was odd about one webhook and did not stop it. Everything is counted; each kind is logged
// once per webhook, so that a long transcript cannot flood the log. Not thread-safe.
class Warnings {
 public:
  explicit Warnings(base::Counters& counters) : counters_(counters) {}

  // Counts `name/label` and logs it. `label` may come from the webhook: it is cut, and the log
  // escapes it.
  void Add(absl::string_view name, absl::string_view label);

 private:
  base::Counters& counters_;
  std::set<std::string> logged_;
};

// The warning for an optional field of the wrong type or outside its column; the label is the path.
inline constexpr absl::string_view kDroppedField = "dropped_field";

// The warning for an optional text that held a NUL; the label is the path.
inline constexpr absl::string_view kNulReplaced = "nul_replaced";

}  // namespace autopulse::callevents::adapter
