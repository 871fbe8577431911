#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "persistence/migrations/connection.h"

namespace autopulse::callevents::persistence::migrations {

// What a database consists of: `column call.status` is `VARCHAR(20) NOT NULL`. Columns, keys, what
// foreign keys do, indexes, and SQLite's triggers; not the order of columns, nor the names of keys.
struct Catalogue {
  struct Thing {
    std::string table;
    std::string description;
  };
  std::map<std::string, Thing> things;

  bool HasTable(const std::string& table) const;
};

// What `connection`'s database (PostgreSQL: the schema that comes first in its search_path)
// consists of, without the table of revisions.
absl::StatusOr<Catalogue> ReadCatalogue(Connection& connection);

// What the entities need on that kind of database: what ODB's own SQL, and the triggers that it
// does not know, make of an empty one. It is made and thrown away: in memory, or as temporary
// tables.
absl::StatusOr<Catalogue> ExpectedCatalogue(Connection& connection);

struct Difference {
  std::string text;       // a line for the operator
  bool is_error = false;  // the programs of this project cannot work with it
};

// Where `actual` is not `expected`, thing by thing. Tables that only `actual` has belong to other
// programs and do not count. Other additions are no errors, unless rows cannot be inserted for
// them.
std::vector<Difference> Compare(const Catalogue& actual, const Catalogue& expected);

}  // namespace autopulse::callevents::persistence::migrations
