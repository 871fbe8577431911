#pragma once

#include <memory>
#include <odb/query-dynamic.hxx>
#include <odb/sqlite/connection.hxx>
#include <string>
#include <unordered_map>
#include <vector>

#include "services/domain/call.h"

namespace autopulse::callevents::persistence {

// Pages of calls, read by statements that the connection keeps: parsing one takes as long as
// reading the rows of a page. Every connection of our pool is one of these as well. For one thread
// at a time.
class SqlitePages {
 public:
  SqlitePages();
  virtual ~SqlitePages();
  SqlitePages(const SqlitePages&) = delete;
  SqlitePages& operator=(const SqlitePages&) = delete;

  // At most `limit` calls: those that the first of `parts` selects, in its order, then those of the
  // next. In the thread's current transaction, which is of `connection`; throws what ODB throws.
  std::vector<domain::Call> Select(odb::sqlite::connection& connection,
                                   const std::vector<odb::query_base>& parts, int limit);

 protected:
  // Before the connection closes.
  void Forget();

 private:
  class Statement;

  Statement& StatementFor(odb::sqlite::connection& connection, const std::string& text,
                          std::size_t parameters);

  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
};

}  // namespace autopulse::callevents::persistence
