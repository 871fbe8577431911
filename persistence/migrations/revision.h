#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "persistence/migrations/connection.h"

namespace autopulse::callevents::persistence::migrations {

// One step in the history of the schema. The first, `base`, is where AutoPulse was before
// (rules.md, section A); there is no way down from it.
struct Revision {
  int number = 0;    // counted from 1
  std::string name;  // `wide_keys`
  std::string up;    // the script from the revision before to this one
  std::string down;  // and back; empty for `base`
};

// What a database without any revision is at.
constexpr int kNoRevision = 0;

// All revisions, from base to head, for one kind of database. Thread-safe.
const std::vector<Revision>& Revisions(Dialect dialect);

// The first and the newest revision.
constexpr int kBaseRevision = 1;
int HeadRevision();

// `0005 wide_keys`, or `none` for kNoRevision.
std::string NameOf(int revision);

// What the revision does, from the first line of its script.
std::string DescriptionOf(const Revision& revision);

// The revision that an operator means by `head`, `base`, `wide_keys`, `5` or `0005`.
// INVALID_ARGUMENT if there is none.
absl::StatusOr<int> FindRevision(absl::string_view word);

// The embedded file `name` of one kind of database.
const std::string& SqlFile(Dialect dialect, absl::string_view name);

}  // namespace autopulse::callevents::persistence::migrations
