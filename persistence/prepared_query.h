#pragma once

#include <memory>
#include <odb/connection.hxx>
#include <odb/prepared-query.hxx>
#include <odb/transaction.hxx>

namespace autopulse::callevents::persistence {

// Returns the query `name` of the current transaction's connection, ready to run with `parameters`.
// It is prepared once for each connection, as `make(bound)` says, which refers to the members of
// `bound` with `_ref`. `name` must live as long as the program.
template <typename Row, typename Parameters, typename Make>
odb::prepared_query<Row> PreparedQuery(const char* name, Parameters parameters, const Make& make) {
  odb::connection& connection = odb::transaction::current().connection();
  Parameters* bound = nullptr;
  odb::prepared_query<Row> query(connection.lookup_query<Row>(name, bound));
  if (!query) {
    auto owned = std::make_unique<Parameters>();
    bound = owned.get();
    query = connection.prepare_query<Row>(name, odb::query<Row>(make(*bound)));
    connection.cache_query(query, std::move(owned));
  }
  *bound = std::move(parameters);
  return query;
}

}  // namespace autopulse::callevents::persistence
