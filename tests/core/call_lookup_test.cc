#include "services/core/call_lookup.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::core {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// A store whose reads wait until they are let go, but for those of what is at hand; all are
// counted.
class GatedStore : public fakes::FakeCallStore {
 public:
  absl::Status Read(const ReadWork& work) override {
    {
      const absl::MutexLock lock(&mutex_);
      ++reads_;
      mutex_.Await(absl::Condition(&is_open_));
    }
    if (is_broken) return absl::UnavailableError("gone");
    return FakeCallStore::Read(work);
  }

  std::optional<absl::Status> ReadAtHand(const ReadWork& work) override {
    if (!is_at_hand) return std::nullopt;
    const absl::MutexLock lock(&mutex_);
    ++reads_;
    return FakeCallStore::Read(work);
  }

  void Open() {
    const absl::MutexLock lock(&mutex_);
    is_open_ = true;
  }
  int reads() {
    const absl::MutexLock lock(&mutex_);
    return reads_;
  }

  std::atomic<bool> is_broken = false;
  std::atomic<bool> is_at_hand = false;

 private:
  absl::Mutex mutex_;
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_open_ ABSL_GUARDED_BY(mutex_) = false;
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

  // What was found so far.
  std::vector<std::string> FoundNow() {
    const absl::MutexLock lock(&mutex_);
    return found_;
  }

  // What was found, once all is told.
  std::vector<std::string> Found() {
    lookup_.reset();
    return FoundNow();
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
  lookup_->Flush();
  EXPECT_THAT(Found(),
              UnorderedElementsAre("3 is 3", "999 call 999 not found", "1 is 1", "3 is 3"));
}

TEST_F(CallLookupTest, WhatIsAskedForMeanwhileGoesTogether) {
  for (std::int64_t id = 1; id <= 50; ++id) {
    Find(id);
    lookup_->Flush();
  }
  store_.Open();
  EXPECT_EQ(Found().size(), 50U);
  EXPECT_LE(store_.reads(), 4);  // two that were under way, and one behind each
}

TEST_F(CallLookupTest, AQuestionThatFailsFailsForAllOfIt) {
  store_.is_broken = true;
  store_.Open();
  Find(1);
  Find(2);
  lookup_->Flush();
  EXPECT_THAT(Found(), UnorderedElementsAre("1 gone", "2 gone"));
}

TEST_F(CallLookupTest, WhatIsAtHandIsToldAtOnceForAllTogether) {
  store_.is_at_hand = true;
  std::vector<std::thread::id> told_by;
  for (std::int64_t id = 1; id <= 100; ++id) {
    lookup_->Find(id, [&](const absl::StatusOr<domain::Call>&) {
      told_by.push_back(std::this_thread::get_id());
    });
  }
  lookup_->Flush();
  EXPECT_EQ(told_by, std::vector<std::thread::id>(100, std::this_thread::get_id()));
  EXPECT_EQ(store_.reads(), 2);  // of 64 calls at most
}

TEST_F(CallLookupTest, WhatIsAtHandDoesNotWaitForWhatIsNot) {
  Find(1);
  lookup_->Flush();
  store_.is_at_hand = true;
  Find(2);
  lookup_->Flush();
  EXPECT_THAT(FoundNow(), ElementsAre("2 is 2"));
  store_.Open();
  EXPECT_THAT(Found(), ElementsAre("2 is 2", "1 is 1"));
}

}  // namespace
}  // namespace autopulse::callevents::core
