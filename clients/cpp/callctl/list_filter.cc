#include "clients/cpp/callctl/list_filter.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace autopulse::callevents::callctl {

void ListFilter::AddRaw(absl::string_view filter) {
  const absl::string_view trimmed = absl::StripAsciiWhitespace(filter);
  if (!trimmed.empty()) comparisons_.emplace_back(trimmed);
}

void ListFilter::AddText(absl::string_view field, absl::string_view value) {
  if (value.empty()) return;
  const std::string escaped = absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}});
  comparisons_.push_back(absl::StrCat(field, " = \"", escaped, "\""));
}

void ListFilter::AddStatus(v1::CallStatus call_status) {
  if (call_status == v1::CALL_STATUS_UNSPECIFIED) return;
  comparisons_.push_back(absl::StrCat("status = ", v1::CallStatus_Name(call_status)));
}

void ListFilter::AddOutcome(v1::CallOutcome outcome) {
  if (outcome == v1::CALL_OUTCOME_UNSPECIFIED) return;
  comparisons_.push_back(absl::StrCat("outcome = ", v1::CallOutcome_Name(outcome)));
}

std::string ListFilter::Build() const { return absl::StrJoin(comparisons_, " AND "); }

}  // namespace autopulse::callevents::callctl
