#include "services/core/readiness.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/core/watched_store.h"
#include "tests/fakes/fake_call_store.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::core {
namespace {

using testing::ElementsAre;

// A database that can be broken.
class BreakableStore : public CallStore {
 public:
  bool is_shared() const override { return store_.is_shared(); }
  absl::Status Read(const ReadWork& work) override {
    if (is_broken) return absl::UnavailableError("broken");
    return store_.Read(work);
  }
  absl::Status Write(const WriteWork& work) override {
    ++writes;
    if (is_broken) return absl::ResourceExhaustedError("full");
    if (is_locked) return absl::AbortedError("locked");
    if (has_lost_a_column) return absl::InternalError("no such column");
    return store_.Write(work);
  }
  absl::Status Scrub() override { return absl::OkStatus(); }

  std::atomic<bool> is_broken = false;
  std::atomic<bool> is_locked = false;
  std::atomic<bool> has_lost_a_column = false;
  std::atomic<int> writes = 0;

 private:
  fakes::FakeCallStore store_;
};

absl::Status WriteNothing(CallStore& store) {
  return store.Write([](CallWriter&) { return absl::OkStatus(); });
}

TEST(WatchedStoreTest, CountsWhatTheDatabaseCouldNotDo) {
  fakes::FakeCallStore database;
  WatchedStore store(database);
  EXPECT_TRUE(WriteNothing(store).ok());
  EXPECT_EQ(store.failures(), 0);
  database.FailNextCommit(absl::ResourceExhaustedError("full"));
  EXPECT_EQ(WriteNothing(store).code(), absl::StatusCode::kResourceExhausted);
  database.FailNextCommit(absl::UnavailableError("gone"));
  EXPECT_EQ(WriteNothing(store).code(), absl::StatusCode::kUnavailable);
  database.FailNextCommit(absl::DataLossError("malformed"));
  EXPECT_EQ(WriteNothing(store).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(store.failures(), 3);
}

TEST(WatchedStoreTest, CountsADatabaseThatCannotBeRead) {
  BreakableStore database;
  WatchedStore store(database);
  database.is_broken = true;
  const auto read_nothing = [](CallReader&) { return absl::OkStatus(); };
  EXPECT_EQ(store.Read(read_nothing).code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(store.failures(), 1);
}

TEST(WatchedStoreTest, DoesNotCountWhatIsWrongWithTheWork) {
  fakes::FakeCallStore database;
  WatchedStore store(database);
  for (const auto& error : {absl::NotFoundError("x"), absl::InvalidArgumentError("x"),
                            absl::AlreadyExistsError("x"), absl::AbortedError("x")}) {
    EXPECT_EQ(store.Write([&](CallWriter&) { return error; }), error);
  }
  EXPECT_EQ(store.failures(), 0);
}

TEST(WatchedStoreTest, CountsApartWhatMayBeTheFaultOfEitherSide) {
  fakes::FakeCallStore database;
  WatchedStore store(database);
  for (const auto& error : {absl::InternalError("x"), absl::UnknownError("x")}) {
    EXPECT_EQ(store.WriteAhead([&](CallWriter&) { return error; }), error);
  }
  EXPECT_EQ(store.failures(), 0);
  EXPECT_EQ(store.doubts(), 2);
}

// What was told, in order.
class Told {
 public:
  void Add(bool ready) {
    const absl::MutexLock lock(&mutex_);
    told_.push_back(ready);
  }

  // Waits until so much was told.
  std::vector<bool> Await(std::size_t count) {
    const auto enough = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return told_.size() >= count; };
    const absl::MutexLock lock(&mutex_, absl::Condition(&enough));
    return told_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<bool> told_ ABSL_GUARDED_BY(mutex_);
};

class ReadinessTest : public testing::Test {
 protected:
  BreakableStore database_;
  WatchedStore store_{database_};
  Told told_;
  Readiness readiness_{store_, [this](bool ready) { told_.Add(ready); }, absl::Milliseconds(1)};
};

TEST_F(ReadinessTest, EndsWhenAWriteFailsAndComesBackByItself) {
  database_.is_broken = true;
  EXPECT_FALSE(WriteNothing(store_).ok());
  EXPECT_THAT(told_.Await(1), ElementsAre(false));
  database_.is_broken = false;
  EXPECT_THAT(told_.Await(2), ElementsAre(false, true));
}

TEST_F(ReadinessTest, OneWriteThatSucceedsIsNotEnough) {
  database_.is_broken = true;
  EXPECT_FALSE(WriteNothing(store_).ok());
  EXPECT_THAT(told_.Await(1), ElementsAre(false));
  const int before = database_.writes;
  database_.is_broken = false;
  told_.Await(2);
  EXPECT_GE(database_.writes, before + 4);
}

TEST_F(ReadinessTest, EndsAgainWhenAnotherWriteFails) {
  for (std::size_t round = 0; round < 3; ++round) {
    database_.is_broken = true;
    EXPECT_FALSE(WriteNothing(store_).ok());
    told_.Await(2 * round + 1);
    database_.is_broken = false;
    told_.Await(2 * round + 2);
  }
  EXPECT_THAT(told_.Await(6), ElementsAre(false, true, false, true, false, true));
}

TEST_F(ReadinessTest, EndsWhenTheDatabaseTakesNoEventWhateverItIs) {
  database_.has_lost_a_column = true;
  EXPECT_FALSE(WriteNothing(store_).ok());
  EXPECT_THAT(told_.Await(1), ElementsAre(false));
  database_.has_lost_a_column = false;
  EXPECT_THAT(told_.Await(2), ElementsAre(false, true));
}

TEST(ReadinessOfAnEventThatFailsTest, StaysAsItIsWhereOthersAreTaken) {
  BreakableStore database;
  WatchedStore store(database);
  {
    const Readiness readiness(
        store, [](bool) { FAIL(); }, absl::Milliseconds(1));
    const absl::Status error = absl::InternalError("an event that no column holds");
    EXPECT_EQ(store.Write([&](CallWriter&) { return error; }), error);
    WaitUntil([&] { return database.writes >= 2; }, "it looks whether another one is taken");
  }
  EXPECT_EQ(database.writes, 2);
}

TEST(ReadinessOfAnEventThatFailsTest, StaysAsItIsWhileAnotherProgramIsInTheWay) {
  BreakableStore database;
  WatchedStore store(database);
  const Readiness readiness(
      store, [](bool) { FAIL(); }, absl::Milliseconds(1));
  const auto fail_and_lock = [&](CallWriter&) {
    database.is_locked = true;
    return absl::InternalError("an event that no column holds");
  };
  EXPECT_FALSE(store.Write(fail_and_lock).ok());
  WaitUntil([&] { return database.writes >= 4; }, "it looks again and again");
}

TEST(ReadinessOfAStoreThatHangsTest, EndsAfterAWhileAndComesBackWhenTheWriteHasEnded) {
  BreakableStore database;
  WatchedStore store(database);
  Told told;
  absl::Notification go_on;
  std::thread writer([&] {
    EXPECT_TRUE(store
                    .Write([&](CallWriter&) {
                      go_on.WaitForNotification();
                      return absl::OkStatus();
                    })
                    .ok());
  });
  const Readiness readiness(
      store, [&](bool ready) { told.Add(ready); }, absl::Milliseconds(1), absl::Milliseconds(20));
  EXPECT_THAT(told.Await(1), ElementsAre(false));
  EXPECT_EQ(database.writes, 1);
  go_on.Notify();
  EXPECT_THAT(told.Await(2), ElementsAre(false, true));
  writer.join();
}

TEST(ReadinessOfAStoreThatHangsTest, ACommitThatDoesNotBecomeDurableIsAWriteThatHangs) {
  class StuckDiskStore : public BreakableStore {
   public:
    void WhenDurable(Durable done) override { told = std::move(done); }
    Durable told;
  };
  StuckDiskStore database;
  WatchedStore store(database);
  Told told;
  EXPECT_TRUE(store.WriteAhead([](CallWriter&) { return absl::OkStatus(); }).ok());
  store.WhenDurable([] {});
  const Readiness readiness(
      store, [&](bool ready) { told.Add(ready); }, absl::Milliseconds(1), absl::Milliseconds(20));
  EXPECT_THAT(told.Await(1), ElementsAre(false));
  std::move(database.told)();
  EXPECT_THAT(told.Await(2), ElementsAre(false, true));
}

// How often the thread of that name has gone to sleep, as the system has counted. 0 if there is
// none.
int SleepsOf(const std::string& thread) {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream name_file(task.path() / "comm");
    std::string name;
    if (!std::getline(name_file, name) || name != thread) continue;
    std::ifstream status(task.path() / "status");
    for (std::string word; status >> word;) {
      int count = 0;
      if (word == "voluntary_ctxt_switches:" && status >> count) return count;
    }
  }
  return 0;
}

TEST(ReadinessOfAnIdleStoreTest, WritesNothingWhileAllIsWell) {
  constexpr int kSleeps = 10;  // it looks after each
  BreakableStore database;
  WatchedStore store(database);
  const Readiness readiness(
      store, [](bool) { FAIL(); }, absl::Milliseconds(1));
  WaitUntil([] { return SleepsOf("readiness") >= kSleeps; }, "some looks");
  EXPECT_EQ(database.writes, 0);
}

}  // namespace
}  // namespace autopulse::callevents::core
