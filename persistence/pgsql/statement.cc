#include "persistence/pgsql/statement.h"

#include <cstddef>
#include <odb/pgsql/pgsql-oid.hxx>
#include <stdexcept>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "persistence/pgsql/columns.h"

namespace autopulse::callevents::persistence {
namespace {

// What ODB writes where the database chooses a value.
constexpr absl::string_view kChosen = "DEFAULT";

// Behind it stand an UPDATE's assignments.
constexpr absl::string_view kSet = " SET ";

// An INSERT's parts.
struct Insert {
  std::string table;    // `INSERT INTO "t" `
  std::string columns;  // `"a", "b"`
  std::string values;   // `$1, ($2)::NUMERIC`
};

Insert Parse(absl::string_view insert) {
  const std::size_t columns = insert.find('(');
  const std::size_t between = insert.find(") VALUES (");
  const std::size_t end = insert.rfind(')');
  if (between == absl::string_view::npos) throw std::logic_error(std::string(insert));
  const std::size_t values = between + absl::string_view(") VALUES (").size();
  return {.table = std::string(insert.substr(0, columns)),
          .columns = std::string(insert.substr(columns + 1, between - columns - 1)),
          .values = std::string(insert.substr(values, end - values))};
}

// `$7`, as a column of `Rows` and as a parameter.
std::string Parameter(std::size_t number) { return absl::StrCat("$", number); }

// The parameters of an expression as columns of `Rows`: `$7` as `"$7"`.
std::string Named(absl::string_view expression) {
  std::string named;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    named.push_back(expression[i]);
    if (expression[i] != '$') continue;
    named.insert(named.size() - 1, 1, '"');
    while (i + 1 < expression.size() && absl::ascii_isdigit(expression[i + 1])) {
      named.push_back(expression[++i]);
    }
    named.push_back('"');
  }
  return named;
}

// The arrays as rows, which are numbered. What is in a target list is taken one by one, not stored
// first as a function in FROM is; an array that is NULL stands for one that is full of NULLs.
std::string Rows(std::size_t arrays) {
  std::string rows =
      absl::StrCat(" FROM (SELECT generate_series(1, ", Parameter(arrays + 1), ") AS number");
  for (std::size_t i = 1; i <= arrays; ++i) {
    absl::StrAppend(&rows, ", unnest(", Parameter(i), ") AS \"", Parameter(i), "\"");
  }
  return absl::StrCat(rows, ") AS \"rows\"");
}

// O3: a time of another program that we cannot read is absent to us, so it stays where we have
// none to put in its place. See traits_pgsql.h.
std::string KeepingUnreadable(absl::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  const absl::string_view column = assignment.substr(0, equals);
  return absl::StrCat(column, "=coalesce(", assignment.substr(equals + 1), ", CASE WHEN ", column,
                      " NOT BETWEEN '0001-01-01 00:00:00+00' AND '9999-12-31 23:59:59.999999+00'",
                      " THEN ", column, " END)");
}

// Assignments, `"a"=$1, "b"=$2 AT TIME ZONE 'UTC'`, whose parameters have these types.
std::string KeepingTimes(absl::string_view assignments, absl::Span<const Oid> types) {
  std::vector<std::string> kept = absl::StrSplit(assignments, ", ");
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (types.at(i) == odb::pgsql::timestamp_oid) kept[i] = KeepingUnreadable(kept[i]);
  }
  return absl::StrJoin(kept, ", ");
}

PgsqlRowStatements Statements(absl::string_view name, std::string one, std::string many,
                              absl::Span<const Oid> types) {
  return {.one = {.name = absl::StrCat(name, "_row"),
                  .text = std::move(one),
                  .types = {types.begin(), types.end()}},
          .many = {.name = absl::StrCat(name, "_rows"),
                   .text = std::move(many),
                   .types = PgsqlColumns::ArrayTypes(types)}};
}

PgsqlRowStatements InsertStatements(absl::string_view name, const Insert& insert,
                                    absl::Span<const Oid> types) {
  const std::string into = absl::StrCat(insert.table, "(", insert.columns, ") ");
  return Statements(
      name, absl::StrCat(into, "VALUES (", insert.values, ")"),
      absl::StrCat(into, "SELECT ", Named(insert.values), Rows(types.size()), " ORDER BY number"),
      types);
}

}  // namespace

PgsqlRowStatements InsertRows(absl::string_view name, absl::string_view insert,
                              absl::Span<const Oid> types) {
  Insert parsed = Parse(insert);
  if (absl::StartsWith(parsed.values, kChosen)) {  // the first column is left out
    parsed.columns.erase(0, parsed.columns.find(", ") + 2);
    parsed.values.erase(0, parsed.values.find(", ") + 2);
  }
  return InsertStatements(name, parsed, types);
}

PgsqlRowStatements InsertRowsWithIds(absl::string_view name, absl::string_view insert,
                                     absl::Span<const Oid> types) {
  Insert parsed = Parse(insert);
  parsed.values = absl::StrReplaceAll(parsed.values, {{kChosen, Parameter(types.size() + 1)}});
  std::vector<Oid> with_id(types.begin(), types.end());
  with_id.push_back(odb::pgsql::int8_oid);
  return InsertStatements(name, parsed, with_id);
}

PgsqlRowStatements UpdateRows(absl::string_view name, absl::string_view update,
                              absl::Span<const Oid> types) {
  const std::size_t set = update.find(kSet);
  const std::size_t where = update.rfind(" WHERE ");
  if (set == absl::string_view::npos || where == absl::string_view::npos) {
    throw std::logic_error(std::string(update));
  }
  const std::size_t begin = set + kSet.size();
  const std::string head = absl::StrCat(update.substr(0, begin),
                                        KeepingTimes(update.substr(begin, where - begin), types));
  const absl::string_view tail = update.substr(where);
  return Statements(name, absl::StrCat(head, tail),
                    absl::StrCat(Named(head), Rows(types.size()), Named(tail)), types);
}

}  // namespace autopulse::callevents::persistence
