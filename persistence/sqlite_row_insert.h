#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/traits.hxx>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "persistence/sqlite_statement.h"

namespace autopulse::callevents::persistence {

// Inserts rows whose ids the database gives, several by one statement: SQLite looks for the table's
// last id, and keeps it, once for each. Columns and parameters are as ODB has generated them:
// entities.h stays the one place that names columns.
//
// For rows that lie on few pages: of all that a statement of several rows changes SQLite keeps a
// copy, in case that one of them is refused.
//
// Belongs to one connection, and to one thread at a time. What it does is part of the connection's
// transaction, and throws what ODB throws.
template <typename Row>
class SqliteRowInsert {
 public:
  explicit SqliteRowInsert(odb::sqlite::connection& connection) : connection_(connection) {}

  // Inserts `rows`, with ids that ascend in their order.
  void Insert(absl::Span<const Row> rows) {
    while (!rows.empty()) {
      const std::size_t count = std::min(absl::bit_floor(rows.size()), kMostRows);
      InsertTogether(rows.first(count));
      rows.remove_prefix(count);
    }
  }

 private:
  using Traits = odb::access::object_traits_impl<Row, odb::id_sqlite>;
  using Parameters = std::array<odb::sqlite::bind, Traits::column_count>;
  static_assert(Traits::auto_id);

  // So many by one statement. There is one for each power of two up to this.
  static constexpr std::size_t kMostRows = 16;

  void InsertTogether(absl::Span<const Row> rows) {
    SqliteStatement& statement = StatementFor(rows.size());
    int place = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (const odb::sqlite::bind& value : Bind(rows[i], images_[i])) {
        statement.Bind(++place, value);
      }
    }
    statement.Execute();
  }

  // The values of `row`, which live as long as `image`.
  static Parameters Bind(const Row& row, typename Traits::image_type& image) {
    Traits::init(image, row, odb::sqlite::statement_insert);
    image.id_null = true;
    Parameters parameters{};
    Traits::bind(parameters.data(), image, odb::sqlite::statement_insert);
    return parameters;
  }

  // ODB's own statement, `INSERT INTO .. VALUES (?, ?)`, for so many rows.
  SqliteStatement& StatementFor(std::size_t rows) {
    const auto known = statements_.find(rows);
    if (known != statements_.end()) return known->second;
    const absl::string_view one = Traits::persist_statement;
    const absl::string_view values = one.substr(one.rfind('('));
    std::string sql(one);
    for (std::size_t i = 1; i < rows; ++i) absl::StrAppend(&sql, ", ", values);
    return statements_.try_emplace(rows, connection_, sql).first->second;
  }

  odb::sqlite::connection& connection_;
  std::unordered_map<std::size_t, SqliteStatement> statements_;
  std::array<typename Traits::image_type, kMostRows> images_{};
};

}  // namespace autopulse::callevents::persistence
