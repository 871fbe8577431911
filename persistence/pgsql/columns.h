#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <odb/pgsql/binding.hxx>
#include <string>
#include <vector>

#include "absl/types/span.h"

namespace autopulse::callevents::persistence {

// Rows as the parameters of one statement: the values of a single row, or an array for each of
// them, in PostgreSQL's binary form, so that nothing is quoted or parsed. See PgsqlRowStatements.
class PgsqlColumns {
 public:
  // Of elements of these types.
  explicit PgsqlColumns(absl::Span<const Oid> types);

  // Appends a row: a value of each type, as ODB binds it.
  void Append(const odb::pgsql::binding& row);

  // How many rows there are, and how much memory they take.
  std::size_t rows() const { return rows_; }
  std::size_t bytes() const { return bytes_; }

  // The parameters. Of one row its values; of more the arrays, and behind them the number of rows,
  // an integer: a column that is NULL in every row is NULL itself, which costs nothing.
  struct Parameters {
    std::vector<std::string> owned;
    std::vector<const char*> values;
    std::vector<int> lengths;
    std::vector<int> formats;
  };
  Parameters Take();

  // The types of the parameters of more than one row.
  static std::vector<Oid> ArrayTypes(absl::Span<const Oid> types);

 private:
  struct Column {
    Oid type = 0;
    bool has_null = false;
    bool has_value = false;
    std::string elements;  // each behind its length
  };

  std::string ToArray(const Column& column) const;

  std::vector<Column> columns_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace autopulse::callevents::persistence
