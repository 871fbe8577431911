#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// What a transaction reads and writes of many calls at once, as one kind of database does it best.
// Within the thread's current transaction; the methods are those of core::CallWriter, and throw
// what ODB throws. Histories are without the attempts that are folded away. Thread-safe, but for
// `Save` where the database has a mutex for its writer (`Database::writer_mutex`): only who holds
// it may save.
class GroupAccess {
 public:
  virtual ~GroupAccess() = default;

  virtual std::vector<domain::Call> GetCalls(const std::vector<std::int64_t>& call_ids) = 0;
  virtual std::vector<std::optional<std::int64_t>> FindCalls(
      const std::vector<std::string>& provider_call_ids) = 0;
  virtual std::vector<domain::RecordedEvent> ListAllEvents(std::int64_t after_sequence,
                                                           int limit) = 0;
  virtual core::LockedCalls LockCalls(const core::CallsToLock& wanted) = 0;
  virtual std::vector<domain::RecordedEvent> FindEvents(
      const std::vector<core::EventKey>& keys) = 0;
  virtual std::vector<std::optional<domain::CallHistory>> FindHistories(
      const std::vector<std::int64_t>& call_ids) = 0;
  virtual absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) = 0;
};

}  // namespace autopulse::callevents::persistence
