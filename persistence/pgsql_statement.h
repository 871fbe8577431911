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
  std::vector<Oid> types;           // of its parameters
  std::vector<Oid> row_types = {};  // of the values of a row, if it takes many
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

// Statements for many rows, made of those that ODB has generated for one, so that columns and the
// way to them are named in entities.h alone. Instead of a value they take an array of the values of
// all rows: see PgsqlColumns.

// `INSERT INTO t (...) VALUES (...)`; rows are inserted in the order of the arrays, and those whose
// id is the database's to give get ascending ones.
PgsqlStatement InsertRows(absl::string_view name, absl::string_view insert,
                          absl::Span<const Oid> types);

// The same, with ids of our choice in the table that gives them: behind the arrays of the other
// columns stands one of the ids.
PgsqlStatement InsertRowsWithIds(absl::string_view name, absl::string_view insert,
                                 absl::Span<const Oid> types);

// `UPDATE t SET ... WHERE id = ...`; no two rows may have the same id.
PgsqlStatement UpdateRows(absl::string_view name, absl::string_view update,
                          absl::Span<const Oid> types);

}  // namespace autopulse::callevents::persistence
