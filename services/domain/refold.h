#pragma once

#include <array>
#include <bitset>
#include <tuple>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/domain/call.h"

// What becomes of a row whose journal is folded anew, after the rules or their options have
// changed.
namespace autopulse::callevents::domain {

// The columns that events write, as the tables call them: the status, then `kCallStateMembers`.
inline constexpr std::array<absl::string_view, 14> kCallColumnNames = {
    "status",
    "start_time",
    "end_time",
    "duration_sec",
    "duration_ms",
    "recording_url",
    "recording_expire_time",
    "vapi_call_id",
    "ended_reason",
    "cost",
    "outcome",
    "analysis_summary",
    "analysis_success_evaluation",
    "analysis_structured_data"};
static_assert(kCallColumnNames.size() == 1 + std::tuple_size_v<decltype(kCallStateMembers)>);

// Some of them, by their place in `kCallColumnNames`.
using CallColumns = std::bitset<kCallColumnNames.size()>;

// A row against what its journal gives.
struct RowComparison {
  CallState row;        // as it is to be stored
  CallColumns written;  // in which it differs from the row as it is
  CallColumns kept;     // that differ from the journal, and stay
};

// Compares `row` with `wanted`, what the journal gives now. A column that differs is written if its
// value is that of one of `explained`, what events have or may have written there; or if it is in
// `overwritten`. Any other value is another program's, and stays. Pure.
//
// Source: rule O3.
RowComparison CompareRow(const CallState& row, const CallState& wanted,
                         absl::Span<const CallState> explained, const CallColumns& overwritten);

}  // namespace autopulse::callevents::domain
