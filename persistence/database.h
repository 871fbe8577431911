#pragma once

#include <odb/connection.hxx>
#include <odb/database.hxx>
#include <odb/transaction.hxx>

#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::persistence {

// An open database, with what the kinds of databases do differently. Thread-safe.
class Database {
 public:
  virtual ~Database() = default;

  virtual odb::database& database() = 0;

  // Begins a transaction that will write. The caller owns the result, for an odb::transaction.
  virtual odb::transaction_impl* BeginWrite(odb::connection& connection) = 0;

  // Ends what a commit that failed may have left open on `connection`.
  virtual void AbandonTransaction(odb::connection& connection) = 0;

  // Where writers of this process queue, if the database takes one at a time; null if it takes
  // more.
  virtual absl::Mutex* writer_mutex() = 0;
};

}  // namespace autopulse::callevents::persistence
