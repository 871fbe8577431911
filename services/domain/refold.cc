#include "services/domain/refold.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>

namespace autopulse::callevents::domain {
namespace {

template <typename Member>
void CompareColumn(std::size_t column, Member member, const CallState& wanted,
                   absl::Span<const CallState> explained, const CallColumns& overwritten,
                   RowComparison& comparison) {
  CallState& row = comparison.row;
  if (row.*member == wanted.*member) return;
  const bool is_ours = std::any_of(explained.begin(), explained.end(), [&](const CallState& state) {
    return state.*member == row.*member;
  });
  if (!is_ours && !overwritten.test(column)) {
    comparison.kept.set(column);
    return;
  }
  row.*member = wanted.*member;
  comparison.written.set(column);
}

template <std::size_t... I>
void CompareMembers(const CallState& wanted, absl::Span<const CallState> explained,
                    const CallColumns& overwritten, RowComparison& comparison,
                    std::index_sequence<I...>) {
  (CompareColumn(I + 1, std::get<I>(kCallStateMembers), wanted, explained, overwritten, comparison),
   ...);
}

}  // namespace

RowComparison CompareRow(const CallState& row, const CallState& wanted,
                         absl::Span<const CallState> explained, const CallColumns& overwritten) {
  RowComparison comparison;
  comparison.row = row;
  CompareColumn(0, &CallState::status_word, wanted, explained, overwritten, comparison);
  CompareMembers(wanted, explained, overwritten, comparison,
                 std::make_index_sequence<std::tuple_size_v<decltype(kCallStateMembers)>>());
  return comparison;
}

}  // namespace autopulse::callevents::domain
