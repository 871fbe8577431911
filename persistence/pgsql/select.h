#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstddef>
#include <memory>
#include <odb/pgsql/binding.hxx>
#include <odb/pgsql/simple-object-statements.hxx>
#include <odb/pgsql/statement.hxx>
#include <string>

#include "absl/strings/str_cat.h"
#include "persistence/pgsql/statement.h"

namespace autopulse::callevents::persistence {

// What ODB has generated for reading a row, without its way of asking: several statements can be
// under way, and none is prepared for a single use.

// A column as it is written in a statement.
template <typename Column>
std::string ColumnName(const Column& column) {
  return absl::StrCat(column.table(), ".", column.column());
}

// The statement that reads rows of a table; `rest` is what stands behind FROM and the table.
template <typename Row>
PgsqlStatement SelectRows(const std::string& name, const std::string& rest) {
  using Traits = odb::access::object_traits_impl<Row, odb::id_pgsql>;
  return {.name = name, .text = absl::StrCat(Traits::query_statement, rest), .types = {}};
}

// Calls `take` with each row that a statement has read whose columns are those of the table.
template <typename Row, typename Take>
void ForEachRow(PGresult* result, const Take& take) {
  using Traits = odb::access::object_traits_impl<Row, odb::id_pgsql>;
  const auto image = std::make_unique<typename Traits::image_type>();
  std::array<odb::pgsql::bind, Traits::column_count> binds{};
  std::array<bool, Traits::column_count> truncated{};
  for (std::size_t i = 0; i < binds.size(); ++i) binds[i].truncated = &truncated[i];
  Traits::bind(binds.data(), *image, odb::pgsql::statement_select);
  Row row;  // keeps the memory of its texts
  const auto rows = static_cast<std::size_t>(PQntuples(result));
  for (std::size_t i = 0; i < rows; ++i) {
    using odb::pgsql::statement;
    if (!statement::bind_result(binds.data(), binds.size(), result, i)) {
      Traits::grow(*image, truncated.data());
      Traits::bind(binds.data(), *image, odb::pgsql::statement_select);
      statement::bind_result(binds.data(), binds.size(), result, i, /*truncated=*/true);
    }
    Traits::init(row, *image, nullptr);
    take(row);
  }
}

}  // namespace autopulse::callevents::persistence
