#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::core {

// Hands everything on to a store, and counts how often that could not be used: a write for which
// there was no room or no database, a read for which there was none. Thread-safe.
class WatchedStore final : public CallStore {
 public:
  // `store` must outlive this.
  explicit WatchedStore(CallStore& store) : store_(store) {}

  bool is_shared() const override { return store_.is_shared(); }
  absl::Status Read(const ReadWork& work) override;
  absl::Status ReadOne(const ReadWork& work) override;
  absl::Status Write(const WriteWork& work) override;
  absl::Status Scrub() override { return store_.Scrub(); }

  // How often so far. What is wrong with the work itself, or a race that was lost, does not count.
  std::int64_t failures() const { return failures_; }

 private:
  absl::Status CountRead(absl::Status status);

  CallStore& store_;
  std::atomic<std::int64_t> failures_ = 0;
};

}  // namespace autopulse::callevents::core
