#pragma once

#include <array>

#include "absl/strings/string_view.h"
#include "services/domain/refold.h"

namespace autopulse::callevents::persistence::maintenance {

// What the tables call the columns that events write, at the places of `domain::CallColumns`.
inline constexpr std::array kCallColumnNames = std::to_array<absl::string_view>(
    {"status", "start_time", "end_time", "duration_sec", "duration_ms", "recording_url",
     "recording_expire_time", "vapi_call_id", "ended_reason", "cost", "outcome", "analysis_summary",
     "analysis_success_evaluation", "analysis_structured_data"});
static_assert(kCallColumnNames.size() == domain::kCallStateMemberCount);

}  // namespace autopulse::callevents::persistence::maintenance
