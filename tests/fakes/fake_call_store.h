#pragma once

#include <deque>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/core/call_store.h"
#include "tests/fakes/fake_tables.h"

namespace autopulse::callevents::fakes {

// A CallStore in memory. A transaction works on a copy of everything, which takes the place of the
// original when it commits. Thread-safe: writers queue, readers see the last commit.
class FakeCallStore : public core::CallStore {
 public:
  bool is_shared() const override { return false; }
  absl::Status Read(const ReadWork& work) override;
  absl::Status Write(const WriteWork& work) override;
  absl::Status Scrub() override { return absl::OkStatus(); }

  // Lets the next commit fail with `error` once: nothing of its transaction is kept. ABORTED makes
  // the store run the work again. Errors queue if this is called again.
  void FailNextCommit(absl::Status error);

  // Changes the tables as another program would.
  void Change(const std::function<void(FakeTables&)>& change);

  // A copy of the tables as the last commit has left them.
  FakeTables Tables() const;

  // Has `hook` run before each transaction that reads, which fails with its error. It may be called
  // on several threads.
  void BeforeReads(std::function<absl::Status()> hook);

  // How many transactions have been committed.
  int commits() const;

 private:
  absl::Status WriteOnce(const WriteWork& work) ABSL_EXCLUSIVE_LOCKS_REQUIRED(writer_mutex_);

  absl::Mutex writer_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  mutable absl::Mutex mutex_;
  FakeTables tables_ ABSL_GUARDED_BY(mutex_);
  std::deque<absl::Status> commit_errors_ ABSL_GUARDED_BY(mutex_);
  std::function<absl::Status()> before_reads_ ABSL_GUARDED_BY(mutex_) = [] {
    return absl::OkStatus();
  };
  int commits_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace autopulse::callevents::fakes
