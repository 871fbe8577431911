#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "persistence/spool/dead_letters.h"

namespace autopulse::callevents::adapter {

// Which dead letters somebody means, in the words of a command line or a query. What is empty does
// not restrict.
struct DeadLetterWords {
  std::vector<std::string> ids;
  std::string call;    // `calls/15`, or 15
  std::string reason;  // one of those that drainer.h lists
  std::string after;   // given up at this time, `2026-01-31T12:00:00Z`, or later
  std::string before;  // given up before this time
};

// Returns the filter that the words describe. INVALID_ARGUMENT, naming the word, if one cannot be
// read.
absl::StatusOr<persistence::spool::DeadLetterFilter> MakeFilter(const DeadLetterWords& words);

// Whether a filter restricts nothing.
bool SelectsEverything(const persistence::spool::DeadLetterFilter& filter);

}  // namespace autopulse::callevents::adapter
