#include "persistence/sqlite/pages.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <odb/sqlite/query.hxx>
#include <odb/sqlite/simple-object-statements.hxx>
#include <odb/sqlite/statement.hxx>

#include "absl/strings/str_cat.h"
#include "persistence/entities-odb-sqlite.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"

namespace autopulse::callevents::persistence {
namespace {

using Traits = odb::access::object_traits_impl<CallRow, odb::id_sqlite>;

// Those who list calls ask in few ways: what they order by, filter by, and how many they want.
constexpr std::size_t kMostStatements = 16;

}  // namespace

// A statement with what ODB reads its parameters from and writes the columns of a row to.
class SqlitePages::Statement {
 public:
  Statement(odb::sqlite::connection& connection, const std::string& text, std::size_t parameters)
      : parameters_(parameters),
        parameter_binding_(parameters_.data(), parameters_.size()),
        row_binding_(columns_.data(), columns_.size()),
        select_(connection, text, /*process_text=*/false, /*optimize_text=*/true,
                parameter_binding_, row_binding_) {
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].truncated = &truncated_[i];
    BindColumns();
  }

  // Appends the calls that it selects with the parameters of `query`.
  void Run(const odb::sqlite::query_base& query, std::vector<domain::Call>& calls) {
    query.init_parameters();
    std::copy_n(query.parameters_binding().bind, parameters_.size(), parameters_.begin());
    select_.execute();
    const odb::sqlite::auto_result ended_in_any_case(select_);
    while (select_.next()) {
      if (select_.load() == odb::sqlite::select_statement::truncated) {
        Traits::grow(image_, truncated_.data());
        BindColumns();
        select_.reload();
      }
      Traits::init(row_, image_, nullptr);
      calls.push_back(FromEntity(row_));
    }
  }

 private:
  void BindColumns() {
    Traits::bind(columns_.data(), image_, odb::sqlite::statement_select);
    ++row_binding_.version;
  }

  std::vector<odb::sqlite::bind> parameters_;
  odb::sqlite::binding parameter_binding_;
  Traits::image_type image_{};
  std::array<bool, Traits::column_count> truncated_{};
  std::array<odb::sqlite::bind, Traits::column_count> columns_{};
  odb::sqlite::binding row_binding_;
  odb::sqlite::select_statement select_;
  CallRow row_;  // keeps the memory of its texts
};

SqlitePages::SqlitePages() = default;
SqlitePages::~SqlitePages() = default;

void SqlitePages::Forget() { statements_.clear(); }

std::vector<domain::Call> SqlitePages::Select(odb::sqlite::connection& connection,
                                              const std::vector<odb::query_base>& parts,
                                              int limit) {
  std::vector<domain::Call> calls;
  calls.reserve(static_cast<std::size_t>(limit));
  for (const odb::query_base& part : parts) {
    const int rest = limit - static_cast<int>(calls.size());
    if (rest <= 0) break;
    const odb::sqlite::query_base query(part + absl::StrCat("LIMIT ", rest));
    const std::string text = absl::StrCat(Traits::query_statement, " ", query.clause());
    StatementFor(connection, text, query.parameters_binding().count).Run(query, calls);
  }
  return calls;
}

SqlitePages::Statement& SqlitePages::StatementFor(odb::sqlite::connection& connection,
                                                  const std::string& text, std::size_t parameters) {
  const auto found = statements_.find(text);
  if (found != statements_.end()) return *found->second;
  auto statement = std::make_unique<Statement>(connection, text, parameters);
  if (statements_.size() >= kMostStatements) statements_.clear();
  return *statements_.emplace(text, std::move(statement)).first->second;
}

}  // namespace autopulse::callevents::persistence
