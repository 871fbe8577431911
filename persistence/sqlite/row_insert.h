#pragma once

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/traits.hxx>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "persistence/sqlite/statement.h"

namespace autopulse::callevents::persistence {

// Inserts rows whose ids the database gives, several by one statement: SQLite looks for the table's
// last id, and keeps it, once for each. Columns and parameters are as ODB has generated them:
// entities.h stays the one place that names columns.
//
// Where a row is refused, those before it stay: whoever is told so has to undo the transaction, or
// to go back to a savepoint. SQLite would undo the statement by itself, but keeps a copy of every
// page that it changes for that. It does so all the same on a connection that minds foreign keys.
//
// Belongs to one connection, and to one thread at a time. What it does is part of the connection's
// transaction, and throws what ODB throws.
template <typename Row>
class SqliteRowInsert {
 public:
  explicit SqliteRowInsert(odb::sqlite::connection& connection) : connection_(connection) {}

  // Inserts `rows`, and returns the ids that they were given, which ascend.
  std::vector<std::int64_t> Insert(absl::Span<const Row> rows) {
    std::vector<std::int64_t> ids;
    ids.reserve(rows.size());
    while (!rows.empty()) {
      const std::size_t count = std::min(absl::bit_floor(rows.size()), kMostRows);
      InsertTogether(rows.first(count));
      const std::int64_t last = sqlite3_last_insert_rowid(connection_.handle());
      for (std::size_t i = count; i > 0; --i)
        ids.push_back(last - static_cast<std::int64_t>(i - 1));
      rows.remove_prefix(count);
    }
    return ids;
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

  // ODB's own statement, `INSERT INTO .. VALUES (?, ?)`, for so many rows that stay.
  SqliteStatement& StatementFor(std::size_t rows) {
    const auto known = statements_.find(rows);
    if (known != statements_.end()) return known->second;
    const absl::string_view one = Traits::persist_statement;
    const absl::string_view values = one.substr(one.rfind('('));
    std::string sql = absl::StrCat("INSERT OR FAIL", absl::StripPrefix(one, "INSERT"));
    for (std::size_t i = 1; i < rows; ++i) absl::StrAppend(&sql, ", ", values);
    return statements_.try_emplace(rows, connection_, sql).first->second;
  }

  odb::sqlite::connection& connection_;
  std::unordered_map<std::size_t, SqliteStatement> statements_;
  std::array<typename Traits::image_type, kMostRows> images_{};
};

}  // namespace autopulse::callevents::persistence
