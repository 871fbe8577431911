#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "persistence/odb_call_reader.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// The reads and writes of a transaction. Lives within the thread's current transaction.
class OdbCallWriter : public OdbCallReader {
 public:
  using OdbCallReader::OdbCallReader;

  // OK, or the error after which the transaction must not be committed.
  const absl::Status& transaction_status() const { return transaction_status_; }

  absl::Status Isolated(const std::function<absl::Status()>& work) override;
  absl::StatusOr<core::LockedCalls> LockCalls(const core::CallsToLock& wanted) override;
  absl::StatusOr<std::optional<std::int64_t>> DataVersion() override;
  absl::Status LockProviderCalls(const std::vector<std::string>& provider_call_ids) override;
  absl::StatusOr<std::int64_t> InsertServiceRecord(const domain::ServiceRecord& record) override;
  absl::StatusOr<std::int64_t> InsertCall(const domain::Call& call) override;
  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) override;
  absl::Status InsertCreation(const core::CreationRequest& request,
                              absl::Time forget_before) override;
  absl::Status ForgetEvents(std::int64_t call_id, absl::Time forget_time) override;
  absl::Status SaveFolded(std::int64_t call_id, const domain::CallHistory& history) override;
  absl::Status EraseCall(std::int64_t call_id, absl::Time erase_time) override;
  absl::Status EraseServiceRecord(std::int64_t id, absl::Time update_time) override;
  absl::Status SaveProgress(const std::string& task, std::int64_t sequence) override;

 private:
  absl::Status UndoIsolated();
  void DropDetails(std::int64_t call_id, absl::Time forget_time);

  // Inserts a row of `table` with an id of its own, or the next one if that is zero.
  template <typename Largest, typename Row>
  absl::StatusOr<std::int64_t> Insert(Row& row, const std::string& table);
};

}  // namespace autopulse::callevents::persistence
