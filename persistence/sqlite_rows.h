#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/traits.hxx>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "persistence/sqlite_statement.h"

// Statements that ODB does not write, with the columns and parameters that it has generated for a
// row: entities.h stays the one place that names columns. An object belongs to one connection and
// to one thread at a time; what it does is part of the connection's transaction, and throws what
// ODB throws.
namespace autopulse::callevents::persistence {

// Updates those columns of a row that change: indexes over the others are not touched.
template <typename Row>
class SqliteRowUpdate {
 public:
  explicit SqliteRowUpdate(odb::sqlite::connection& connection) : connection_(connection) {}

  // Makes the row that holds `stored` hold `row`; both have the same id. False if it is not there.
  bool Update(const Row& stored, const Row& row) {
    const Parameters before = Bind(stored, stored_image_);
    const Parameters after = Bind(row, image_);
    Columns changed;
    for (std::size_t i = 0; i < kColumns; ++i) changed[i] = !SameValue(before[i], after[i]);
    if (changed.none()) return true;
    SqliteStatement& statement = StatementFor(changed);
    int place = 0;
    for (std::size_t i = 0; i < kColumns; ++i) {
      if (changed[i]) statement.Bind(++place, after[i]);
    }
    statement.Bind(++place, row.id);
    return statement.Execute() == 1;
  }

 private:
  using Traits = odb::access::object_traits_impl<Row, odb::id_sqlite>;
  static constexpr std::size_t kColumns =
      Traits::column_count - Traits::id_column_count - Traits::readonly_column_count;
  using Columns = std::bitset<kColumns>;
  using Parameters = std::array<odb::sqlite::bind, kColumns>;

  static Parameters Bind(const Row& row, typename Traits::image_type& image) {
    Traits::init(image, row, odb::sqlite::statement_update);
    Parameters parameters{};
    Traits::bind(parameters.data(), image, odb::sqlite::statement_update);
    return parameters;
  }

  // ODB's own statement, `UPDATE .. SET "a"=?, "b"=? WHERE "id"=?`, without what does not change.
  SqliteStatement& StatementFor(const Columns& changed) {
    const auto known = statements_.find(changed);
    if (known != statements_.end()) return known->second;
    const absl::string_view whole = Traits::update_statement;
    const std::size_t begin = whole.find("SET ") + 4;
    const std::size_t end = whole.rfind(" WHERE ");
    const std::vector<absl::string_view> all =
        absl::StrSplit(whole.substr(begin, end - begin), ", ");
    std::vector<absl::string_view> kept;
    for (std::size_t i = 0; i < kColumns; ++i) {
      if (changed[i]) kept.push_back(all.at(i));
    }
    const std::string sql =
        absl::StrCat(whole.substr(0, begin), absl::StrJoin(kept, ", "), whole.substr(end));
    return statements_.try_emplace(changed, connection_, sql).first->second;
  }

  odb::sqlite::connection& connection_;
  std::unordered_map<Columns, SqliteStatement> statements_;
  typename Traits::image_type stored_image_{};
  typename Traits::image_type image_{};
};

// Inserts many rows by few statements.
template <typename Row>
class SqliteRowInsert {
 public:
  explicit SqliteRowInsert(odb::sqlite::connection& connection) : connection_(connection) {}

  // Inserts the rows in their order; ids that the database gives ascend, and are not told.
  void Insert(absl::Span<const Row> rows) {
    while (!rows.empty()) {
      const std::size_t count = rows.size() >= kMany ? kMany : (rows.size() >= kFew ? kFew : 1);
      InsertTogether(rows.subspan(0, count));
      rows.remove_prefix(count);
    }
  }

 private:
  using Traits = odb::access::object_traits_impl<Row, odb::id_sqlite>;
  static constexpr std::size_t kColumns = Traits::column_count;
  static constexpr std::size_t kMany = 16;
  static constexpr std::size_t kFew = 4;

  void InsertTogether(absl::Span<const Row> rows) {
    SqliteStatement& statement = StatementFor(rows.size());
    int place = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      typename Traits::image_type& image = images_[i];
      Traits::init(image, rows[i], odb::sqlite::statement_insert);
      image.id_null = Traits::auto_id;
      std::array<odb::sqlite::bind, kColumns> parameters{};
      Traits::bind(parameters.data(), image, odb::sqlite::statement_insert);
      for (const odb::sqlite::bind& parameter : parameters) statement.Bind(++place, parameter);
    }
    statement.Execute();
  }

  // ODB's own statement, `INSERT INTO .. VALUES (?, ?)`, with so many rows.
  SqliteStatement& StatementFor(std::size_t count) {
    const auto known = statements_.find(count);
    if (known != statements_.end()) return known->second;
    const absl::string_view one = Traits::persist_statement;
    constexpr absl::string_view kValues = "VALUES ";
    const absl::string_view row = one.substr(one.rfind(kValues) + kValues.size());
    std::string sql(one);
    for (std::size_t i = 1; i < count; ++i) absl::StrAppend(&sql, ", ", row);
    return statements_.try_emplace(count, connection_, sql).first->second;
  }

  odb::sqlite::connection& connection_;
  std::unordered_map<std::size_t, SqliteStatement> statements_;
  std::array<typename Traits::image_type, kMany> images_{};
};

}  // namespace autopulse::callevents::persistence
