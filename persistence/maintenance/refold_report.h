#pragma once

#include <array>
#include <string>

#include "services/core/refolder.h"

namespace autopulse::callevents::persistence::maintenance {

// What is written of a call, as one line: `calls/15 status: Completed -> Missed, outcome: ANSWERED
// -> MISSED, serviceRecords/9 too`. Of texts that may hold what was said, and of links, it shows
// the length. Empty if nothing is written.
std::string WrittenLine(const core::RefoldedCall& call);

// What stays as it is although the journal gives another value, in the same way: `calls/15 keeps
// end_time: ..., journal ...`. Empty if there is none.
std::string KeptLine(const core::RefoldedCall& call);

// Counts calls and columns for the line at the end.
class RefoldTally {
 public:
  // Counts a call that differs from its journal, and its columns that do.
  void Add(const core::RefoldedCall& call);

  // Counts so many calls that were looked at, those that differ among them.
  void AddSeen(std::size_t count) { seen_ += count; }

  // `12 of 3000 calls changed: status 12, outcome 3` and what was kept, each on a line; `verb` is
  // what happens to them.
  std::string Summary(const std::string& verb) const;

 private:
  // The columns, then the transcript.
  using Counts = std::array<std::size_t, domain::kCallStateMemberCount + 1>;

  static std::string Listed(const Counts& counts);

  std::size_t seen_ = 0;
  std::size_t changed_ = 0;
  std::size_t keeping_ = 0;
  Counts written_{};
  Counts kept_{};
};

}  // namespace autopulse::callevents::persistence::maintenance
