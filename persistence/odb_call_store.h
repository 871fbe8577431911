#pragma once

#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "persistence/database.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// Calls in a database that ODB maps. Transactions begin and are repeated here and nowhere else;
// they are committed here unless PostgreSQL's `Save` has done so: see RecordedChanges::commits.
class OdbCallStore : public core::CallStore {
 public:
  // `database` must have the tables of entities.h.
  explicit OdbCallStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  bool is_shared() const override { return database_->is_shared(); }
  absl::Status Read(const ReadWork& work) override;
  absl::Status ReadOne(const ReadWork& work) override;
  std::optional<absl::Status> ReadAtHand(const ReadWork& work) override;
  absl::Status Write(const WriteWork& work) override;
  absl::Status WriteAhead(const WriteWork& work) override;
  void WhenDurable(Durable done) override;
  absl::Status Scrub() override;

 private:
  absl::Status Read(const ReadWork& work, Database::Reads reads);
  absl::Status WriteOnce(const WriteWork& work);

  std::unique_ptr<Database> database_;
};

}  // namespace autopulse::callevents::persistence
