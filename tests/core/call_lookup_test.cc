#include "services/core/call_lookup.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::core {
namespace {

using testing::UnorderedElementsAre;

// A store whose reads wait until they are let go, and are counted; a server's or our own.
class GatedStore : public fakes::FakeCallStore {
 public:
  bool is_shared() const override { return is_a_servers; }

  absl::Status Read(const ReadWork& work) override {
    {
      const absl::MutexLock lock(&mutex_);
      ++reads_;
    }
    opened_.WaitForNotification();
    if (is_broken) return absl::UnavailableError("gone");
    return FakeCallStore::Read(work);
  }

  void Open() { opened_.Notify(); }
  int reads() {
    const absl::MutexLock lock(&mutex_);
    return reads_;
  }

  void AwaitReads(int reads) {
    const auto have_begun = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return reads_ >= reads; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&have_begun));
  }

  std::atomic<bool> is_broken = false;
  std::atomic<bool> is_a_servers = true;

 private:
  absl::Mutex mutex_;
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Notification opened_;
};

class CallLookupTest : public testing::Test {
 protected:
  CallLookupTest() {
    store_.Change([](fakes::FakeTables& tables) {
      for (std::int64_t id = 1; id <= 100; ++id) tables.calls[id].id = id;
    });
  }

  void Find(std::int64_t call_id) {
    lookup_->Find(call_id, [this, call_id](const absl::StatusOr<domain::Call>& call) {
      const absl::MutexLock lock(&mutex_);
      found_.push_back(absl::StrCat(
          call_id, " ", call.ok() ? absl::StrCat("is ", call->id) : call.status().message()));
    });
  }

  // What was found, once all is told.
  std::vector<std::string> Found() {
    lookup_.reset();
    const absl::MutexLock lock(&mutex_);
    return found_;
  }

  GatedStore store_;
  base::WorkQueue workers_{"worker", 4};
  std::unique_ptr<CallLookup> lookup_ = std::make_unique<CallLookup>(store_, workers_);
  absl::Mutex mutex_;
  std::vector<std::string> found_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(CallLookupTest, EachIsToldOfItsOwnCall) {
  store_.Open();
  for (const std::int64_t id : {3, 999, 1, 3}) Find(id);
  EXPECT_THAT(Found(),
              UnorderedElementsAre("3 is 3", "999 call 999 not found", "1 is 1", "3 is 3"));
}

TEST_F(CallLookupTest, WhatIsAskedForMeanwhileGoesTogether) {
  for (std::int64_t id = 1; id <= 50; ++id) Find(id);
  store_.Open();
  EXPECT_EQ(Found().size(), 50U);
  EXPECT_LE(store_.reads(), 4);  // two that were under way, and one behind each
}

TEST_F(CallLookupTest, AQuestionThatFailsFailsForAllOfIt) {
  store_.is_broken = true;
  store_.Open();
  Find(1);
  Find(2);
  EXPECT_THAT(Found(), UnorderedElementsAre("1 gone", "2 gone"));
}

TEST_F(CallLookupTest, AStoreOfOurOwnIsAskedAtOnce) {
  store_.is_a_servers = false;
  store_.Open();
  std::thread::id told_by;
  lookup_->Find(1,
                [&](const absl::StatusOr<domain::Call>&) { told_by = std::this_thread::get_id(); });
  EXPECT_EQ(told_by, std::this_thread::get_id());
}

TEST_F(CallLookupTest, AStoreOfOurOwnThatStandsStillHoldsOnlyTheFirstWhoAsks) {
  store_.is_a_servers = false;
  std::thread first([this] { Find(1); });
  store_.AwaitReads(1);
  Find(2);  // would not return, for nothing lets it go
  Find(3);
  store_.Open();
  first.join();
  EXPECT_THAT(Found(), UnorderedElementsAre("1 is 1", "2 is 2", "3 is 3"));
}

}  // namespace
}  // namespace autopulse::callevents::core
