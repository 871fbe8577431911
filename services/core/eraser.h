#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/base/clock.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"

namespace autopulse::callevents::core {

// Whether the customer is dropped from the call's service record, too, which other calls and other
// programs share.
enum class ServiceRecordIs { kKept, kErased };

// Drops what is personal in calls. What is left is a tombstone, which X1 describes: whatever is
// delivered late finds it and brings nothing back.
// Thread-safe.
//
// Source: rule X1.
class Eraser {
 public:
  // `forget_kept` drops what of events is kept in memory for those who watch.
  Eraser(CallStore& store, std::function<void()> forget_kept, base::Clock clock);

  // Erases a call, and returns what is left of it. Erasing again drops what other programs have
  // written since, and keeps the time of the first. NOT_FOUND if there is none; other errors are
  // those of the store.
  absl::StatusOr<domain::Call> Erase(std::int64_t call_id, ServiceRecordIs service_record);

  // Erases those of these calls, in one transaction, of which nothing is known to have happened
  // since `before`, and which are not erased. Returns how many. `call_ids` ascend.
  absl::StatusOr<int> EraseExpired(const std::vector<std::int64_t>& call_ids, absl::Time before);

  // Makes what was erased unreadable in the database's files, unless that has happened. What keeps
  // it from happening passes: call it again.
  absl::Status Scrub();

 private:
  void AfterCommit();

  CallStore& store_;
  const std::function<void()> forget_kept_;
  const base::Clock clock_;
  std::atomic<bool> scrub_due_ = false;
};

}  // namespace autopulse::callevents::core
