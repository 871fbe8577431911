#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace autopulse::callevents::persistence {

// A statement that each connection prepares when it is first used.
struct PgsqlStatement {
  std::string name;
  std::string text;
  std::vector<Oid> types;  // of its parameters
};

// The statements that write rows of a table. One row costs the server less by the first.
struct PgsqlRowStatements {
  PgsqlStatement one;   // takes a value for each parameter
  PgsqlStatement many;  // takes an array for each instead, of the values of all rows
};

// What we remember of a connection: which of them it has prepared, among others. Every connection
// of our pool is one of these as well.
class PgsqlPrepared {
 public:
  virtual ~PgsqlPrepared() = default;

  std::set<std::string> names;
  // Whether the server has warned of anything since this was last set to false.
  bool was_warned = false;
  // How many transactions have written, and which of them makes new plans.
  std::uint64_t writes = 0;
  std::uint64_t next_plans = 4;
};

// They are made of what ODB has generated for one row, so that columns and the way to them are
// named in entities.h alone. Their parameters are what PgsqlColumns makes of the rows.

// `INSERT INTO t (...) VALUES (...)`; rows are inserted in the order of the arrays, and those whose
// id is the database's to give get ascending ones.
PgsqlRowStatements InsertRows(absl::string_view name, absl::string_view insert,
                              absl::Span<const Oid> types);

// The same, with ids of our choice in the table that gives them: behind the parameters of the other
// columns stands that of the ids.
PgsqlRowStatements InsertRowsWithIds(absl::string_view name, absl::string_view insert,
                                     absl::Span<const Oid> types);

// `UPDATE t SET ... WHERE id = ...`; no two rows may have the same id. Where a row has no time, one
// that is not of the years 1 to 9999 stays in the table [O3].
PgsqlRowStatements UpdateRows(absl::string_view name, absl::string_view update,
                              absl::Span<const Oid> types);

}  // namespace autopulse::callevents::persistence
