#pragma once

#include <bitset>

#include "absl/types/span.h"
#include "services/domain/call.h"

// What becomes of a row whose journal is folded anew, after the rules or their options have
// changed.
namespace autopulse::callevents::domain {

// Some of the columns of a call that events write: the status, then `kCallStateMembers`.
using CallColumns = std::bitset<kCallStateMemberCount>;

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
