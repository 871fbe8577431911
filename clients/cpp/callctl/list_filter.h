#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call.pb.h"

namespace autopulse::callevents::callctl {

// Composes the API's filter (`ListCallsRequest.filter`) of comparisons that must all hold.
class ListFilter {
 public:
  // Adds comparisons as a user wrote them, for the service to judge. Empty adds nothing.
  void AddRaw(absl::string_view filter);

  // Adds `field = "value"`, with what is special in `value` escaped. Empty adds nothing.
  void AddText(absl::string_view field, absl::string_view value);

  // Add `status = CALL_STATUS_...` and `outcome = CALL_OUTCOME_...`. Unspecified adds nothing.
  void AddStatus(v1::CallStatus call_status);
  void AddOutcome(v1::CallOutcome outcome);

  // Returns all of it, joined by AND; empty if nothing was added.
  std::string Build() const;

 private:
  std::vector<std::string> comparisons_;
};

}  // namespace autopulse::callevents::callctl
