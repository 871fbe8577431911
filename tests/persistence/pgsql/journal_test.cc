// What several services on one PostgreSQL database see of the journal.

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "services/core/journal_tail.h"
#include "tests/contract/call_store_contract.h"
#include "tests/postgres/postgres_cluster.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::persistence {
namespace {

using contract::EventOf;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class PgsqlJournalTest : public testing::Test {
 protected:
  PgsqlJournalTest() : url_(NewPostgresDatabase()), here_(Open()), there_(Open()) {
    EXPECT_TRUE(here_
                    ->Write([&](core::CallWriter& calls) -> absl::Status {
                      for (std::int64_t& id : calls_) {
                        ASSIGN_OR_RETURN(id, calls.InsertCall({}));
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }

  std::unique_ptr<core::CallStore> Open() const {
    return *OpenCallStore(url_, {.migrate = true, .connections = 4});
  }

  // Records an event, and runs `before_commit` between that and the commit. Returns its sequence.
  static std::int64_t Record(
      core::CallStore& store, std::int64_t call_id,
      const std::function<void()>& before_commit = [] {}) {
    std::int64_t sequence = 0;
    EXPECT_TRUE(store
                    .Write([&](core::CallWriter& calls) -> absl::Status {
                      RETURN_IF_ERROR(calls.LockCalls({.call_ids = {call_id}}).status());
                      ASSIGN_OR_RETURN(sequence,
                                       contract::InsertEvent(calls, EventOf(call_id, "e")));
                      std::thread(before_commit).join();  // a thread has one transaction
                      return absl::OkStatus();
                    })
                    .ok());
    return sequence;
  }

  core::JournalMark Mark() {
    core::JournalMark mark;
    EXPECT_TRUE(here_
                    ->Read([&](core::CallReader& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(mark, calls.MarkJournal());
                      return absl::OkStatus();
                    })
                    .ok());
    return mark;
  }

  const std::string url_;
  const std::unique_ptr<core::CallStore> here_;
  const std::unique_ptr<core::CallStore> there_;
  std::vector<std::int64_t> calls_ = {0, 0};
};

TEST_F(PgsqlJournalTest, AMarkNamesTheTransactionsThatMayStillCommitSmallerSequences) {
  const std::int64_t first = Record(*there_, calls_[0], [&] {
    const std::int64_t second = Record(*here_, calls_[1]);
    const core::JournalMark mark = Mark();
    EXPECT_GE(mark.sequence, second);
    EXPECT_THAT(mark.writers, SizeIs(1));
  });
  EXPECT_THAT(Mark().writers, IsEmpty());
  EXPECT_GE(Mark().sequence, first);
}

TEST_F(PgsqlJournalTest, WatchersGetEventsOfAllServicesInOrder) {
  core::CallFeed feed(*core::AwaitSettledSequence(*here_), 100);
  feed.Subscribe([] {});
  core::JournalTail tail(*here_, feed,
                         {.watched = absl::Milliseconds(1), .unwatched = absl::Milliseconds(1)});
  std::int64_t second = 0;
  const std::int64_t first =
      Record(*there_, calls_[0], [&] { second = Record(*here_, calls_[1]); });
  ASSERT_LT(first, second);
  std::vector<std::int64_t> watched;
  WaitUntil(
      [&] {
        watched.clear();
        const auto entries = feed.After(0, 100);
        for (const auto& entry : *entries) watched.push_back(entry->event.sequence);
        return watched.size() >= 2;
      },
      "both events");
  EXPECT_THAT(watched, ElementsAre(first, second));
}

}  // namespace
}  // namespace autopulse::callevents::persistence
