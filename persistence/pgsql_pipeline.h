#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <odb/pgsql/binding.hxx>
#include <odb/pgsql/connection.hxx>
#include <odb/pgsql/simple-object-statements.hxx>
#include <odb/pgsql/statement-cache.hxx>
#include <odb/pgsql/statement.hxx>
#include <string>
#include <vector>

namespace autopulse::callevents::persistence {

// Sends statements of the current transaction's connection one behind the other, without waiting
// for the answer to each. The statements are the ones that ODB has generated for a row, and so is
// the way its members become parameters: the columns are named in entities.h alone.
//
// Prepare what will be used first; then `Persist`, `Update` and `Execute`, which return the index
// of their answer; then `Finish`. All of them throw what ODB throws.
class PgsqlPipeline {
 public:
  // How many rows each statement has touched, or the id that an insert gave its row.
  using Answers = std::vector<std::int64_t>;

  explicit PgsqlPipeline(odb::pgsql::connection& connection) : connection_(connection) {}
  ~PgsqlPipeline();
  PgsqlPipeline(const PgsqlPipeline&) = delete;
  PgsqlPipeline& operator=(const PgsqlPipeline&) = delete;

  // Makes the statement that inserts a row known to the server, once for each connection.
  template <typename Row>
  void PreparePersist() {
    Statements<Row>().persist_statement();
  }

  // The same for the one that updates a row by its id.
  template <typename Row>
  void PrepareUpdate() {
    Statements<Row>().update_statement();
  }

  template <typename Row>
  std::size_t Persist(const Row& row) {
    using Traits = TraitsOf<Row>;
    constexpr std::size_t kCount =
        Traits::column_count - (Traits::auto_id ? Traits::id_column_count : 0);
    typename Traits::image_type& image = Statements<Row>().image();
    if (Traits::init(image, row, odb::pgsql::statement_insert)) ++image.version;
    std::array<odb::pgsql::bind, kCount> binds{};
    Traits::bind(binds.data(), image, odb::pgsql::statement_insert);
    return Send(Traits::persist_statement_name, binds);
  }

  template <typename Row>
  std::size_t Update(const Row& row) {
    using Traits = TraitsOf<Row>;
    constexpr std::size_t kSet =
        Traits::column_count - Traits::id_column_count - Traits::readonly_column_count;
    typename Traits::image_type& image = Statements<Row>().image();
    if (Traits::init(image, row, odb::pgsql::statement_update)) ++image.version;
    std::array<odb::pgsql::bind, kSet + Traits::id_column_count> binds{};
    Traits::bind(binds.data(), image, odb::pgsql::statement_update);
    typename Traits::id_image_type id{};
    Traits::init(id, row.id);
    Traits::bind(binds.data() + kSet, id);
    return Send(Traits::update_statement_name, binds);
  }

  // Runs a statement that is not prepared, with one number.
  std::size_t Execute(const std::string& sql, std::int64_t parameter);

  // Waits for the answers to all that was sent, by their indices.
  Answers Finish();

 private:
  template <typename Row>
  using TraitsOf = odb::access::object_traits_impl<Row, odb::id_pgsql>;

  template <typename Row>
  auto& Statements() {
    return connection_.statement_cache().template find_object<Row>();
  }

  template <std::size_t kCount>
  std::size_t Send(const char* statement, std::array<odb::pgsql::bind, kCount>& binds) {
    std::array<char*, kCount> values{};
    std::array<int, kCount> lengths{};
    std::array<int, kCount> formats{};
    odb::pgsql::native_binding native(values.data(), lengths.data(), formats.data(), kCount);
    odb::pgsql::statement::bind_param(native, odb::pgsql::binding(binds.data(), kCount));
    return SendPrepared(statement, native);
  }

  std::size_t SendPrepared(const char* statement, const odb::pgsql::native_binding& parameters);
  void Begin();
  void Sent(int result);
  void Collect();
  void TakeAnswer(PGresult* result);
  void Leave();

  odb::pgsql::connection& connection_;
  Answers answers_;
  std::size_t sent_ = 0;
  bool open_ = false;
  // The first statement that failed.
  std::unique_ptr<PGresult, decltype(&PQclear)> failure_{nullptr, PQclear};
};

}  // namespace autopulse::callevents::persistence
