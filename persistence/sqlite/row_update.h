#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/traits.hxx>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "persistence/sqlite/statement.h"

namespace autopulse::callevents::persistence {

// Updates those columns of a row that change: indexes over the others are not touched. Columns and
// parameters are as ODB has generated them: entities.h stays the one place that names columns.
//
// Belongs to one connection, and to one thread at a time. What it does is part of the connection's
// transaction, and throws what ODB throws.
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

}  // namespace autopulse::callevents::persistence
