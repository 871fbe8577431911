#pragma once

#include <array>
#include <cstddef>
#include <odb/pgsql/binding.hxx>
#include <odb/pgsql/simple-object-statements.hxx>
#include <utility>
#include <vector>

#include "persistence/pgsql/columns.h"
#include "persistence/pgsql/pipeline.h"
#include "persistence/pgsql/statement.h"

namespace autopulse::callevents::persistence {

// What is done with rows.
enum class PgsqlWrite {
  kInsert,         // with ids that the database gives, if the table is one whose ids it gives
  kInsertWithIds,  // with those of the rows, in a table whose ids the database would give
  kUpdate,         // by id; each at most once
};

// Rows of a table that are written together. What they become as parameters is what ODB has
// generated for them: the columns are named in entities.h alone. Large ones are sent in parts.
template <typename Row, PgsqlWrite kWrite>
class PgsqlRows {
 public:
  explicit PgsqlRows(PgsqlPipeline& pipeline) : pipeline_(pipeline) {}

  void Add(const Row& row) {
    Traits::init(image_, row, kKind);
    std::array<odb::pgsql::bind, kValues + kIds> binds{};
    Traits::bind(binds.data(), image_, kKind);
    if constexpr (kIds > 0) {
      Traits::init(id_image_, row.id);
      Traits::bind(binds.data() + kValues, id_image_);
    }
    columns_.Append(odb::pgsql::binding(binds.data(), binds.size()));
    if (columns_.bytes() >= kMaxBytes) Send();
  }

  // Sends what is left, and returns the indices of all results.
  std::vector<std::size_t> Finish() {
    if (columns_.rows() > 0) Send();
    return std::move(results_);
  }

 private:
  using Traits = odb::access::object_traits_impl<Row, odb::id_pgsql>;

  static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  static constexpr odb::pgsql::statement_kind kKind =
      kWrite == PgsqlWrite::kUpdate ? odb::pgsql::statement_update : odb::pgsql::statement_insert;
  static constexpr std::size_t kIds = kWrite == PgsqlWrite::kInsert ? 0 : 1;
  static constexpr std::size_t kValues =
      kWrite == PgsqlWrite::kUpdate
          ? Traits::column_count - Traits::id_column_count - Traits::readonly_column_count
          : Traits::column_count - (Traits::auto_id ? Traits::id_column_count : 0);

  static const PgsqlRowStatements& Statements() {
    static const auto& statements = *new PgsqlRowStatements(MakeStatements());
    return statements;
  }

  static PgsqlRowStatements MakeStatements() {
    if constexpr (kWrite == PgsqlWrite::kUpdate) {
      return UpdateRows(Traits::update_statement_name, Traits::update_statement,
                        {Traits::update_statement_types, kValues + kIds});
    } else if constexpr (kWrite == PgsqlWrite::kInsertWithIds) {
      static_assert(Traits::auto_id);
      return InsertRowsWithIds(Traits::persist_statement_name, Traits::persist_statement,
                               {Traits::persist_statement_types, kValues});
    } else {
      return InsertRows(Traits::persist_statement_name, Traits::persist_statement,
                        {Traits::persist_statement_types, kValues});
    }
  }

  void Send() {
    const PgsqlStatement& statement = columns_.rows() == 1 ? Statements().one : Statements().many;
    results_.push_back(pipeline_.Run(statement, columns_.Take()));
  }

  PgsqlPipeline& pipeline_;
  typename Traits::image_type image_{};
  typename Traits::id_image_type id_image_{};
  PgsqlColumns columns_{Statements().one.types};
  std::vector<std::size_t> results_;
};

}  // namespace autopulse::callevents::persistence
