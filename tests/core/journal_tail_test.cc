#include "services/core/journal_tail.h"

#include <atomic>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/fakes/fake_call_store.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::core {
namespace {

using testing::ElementsAre;

constexpr JournalTail::Pace kQuick = {.watched = absl::Milliseconds(1),
                                      .unwatched = absl::Milliseconds(1),
                                      .least = absl::ZeroDuration()};

class JournalTailTest : public testing::Test {
 protected:
  // Records an event as another process would: nobody tells the feed.
  void Record(std::int64_t sequence) {
    store_.Change([&](fakes::FakeTables& tables) { RecordIn(tables, sequence, "e"); });
  }

  static void RecordIn(fakes::FakeTables& tables, std::int64_t sequence,
                       const std::string& id_prefix) {
    tables.calls[1].id = 1;
    domain::RecordedEvent event;
    event.call_id = 1;
    event.sequence = sequence;
    event.event.event_id = id_prefix + std::to_string(sequence);
    tables.events[sequence] = event;
  }

  // Has a standby take over that had the first event only, and has recorded more since.
  void TakeOver(std::int64_t last_sequence) {
    store_.Change([&](fakes::FakeTables& tables) {
      tables.events.erase(tables.events.upper_bound(1), tables.events.end());
      for (std::int64_t sequence = 2; sequence <= last_sequence; ++sequence) {
        RecordIn(tables, sequence, "new");
        tables.events[sequence].create_time = absl::Now();
      }
    });
  }

  // The ids of events behind the first, once there are `count` new ones.
  std::vector<std::string> WatchedNew(std::size_t count) {
    std::vector<std::string> ids;
    WaitUntil(
        [&] {
          ids.clear();
          const auto entries = feed_.After(1, 100);
          if (!entries) return false;
          for (const auto& entry : *entries) ids.push_back(entry->event.event.event_id);
          return ids.size() == count && ids.front() == "new2";
        },
        "the new events");
    return ids;
  }

  void SetWriters(const std::vector<std::string>& writers) {
    store_.Change([&](fakes::FakeTables& tables) { tables.open_writers = writers; });
  }

  // The sequences that watchers get, once there are `count` of them.
  std::vector<std::int64_t> Watched(std::size_t count) {
    std::vector<std::int64_t> sequences;
    WaitUntil(
        [&] {
          sequences.clear();
          const auto entries = feed_.After(0, 100);
          for (const auto& entry : *entries) sequences.push_back(entry->event.sequence);
          return sequences.size() >= count;
        },
        "the events");
    return sequences;
  }

  fakes::FakeCallStore store_;
  CallFeed feed_{0, 100};
};

TEST_F(JournalTailTest, WatchersGetWhatOtherProcessesRecord) {
  feed_.Subscribe([] {});
  const JournalTail tail(store_, feed_, kQuick);
  Record(1);
  EXPECT_THAT(Watched(1), ElementsAre(1));
  Record(2);
  EXPECT_THAT(Watched(2), ElementsAre(1, 2));
}

TEST_F(JournalTailTest, ASmallerSequenceThatCommitsLaterIsNotSkipped) {
  feed_.Subscribe([] {});
  SetWriters({"a"});
  Record(2);
  const JournalTail tail(store_, feed_, kQuick);
  Record(1);
  SetWriters({});
  EXPECT_THAT(Watched(2), ElementsAre(1, 2));
}

TEST_F(JournalTailTest, WithoutWatchersTheFeedAdvancesWithoutReading) {
  Record(3);
  const JournalTail tail(store_, feed_, kQuick);
  WaitUntil([&] { return feed_.last_sequence() >= 3; }, "the feed advances");
  EXPECT_THAT(*feed_.After(3, 100), testing::IsEmpty());
  EXPECT_FALSE(feed_.After(2, 100).has_value());  // to be read from the journal
}

TEST_F(JournalTailTest, WhatIsRecordedSinceAStandbyTookOverIsPassedOn) {
  feed_.Subscribe([] {});
  const JournalTail tail(store_, feed_, kQuick);
  for (const std::int64_t sequence : {1, 2, 3, 4}) Record(sequence);
  Watched(4);
  TakeOver(3);
  EXPECT_THAT(WatchedNew(2), ElementsAre("new2", "new3"));
  EXPECT_EQ(feed_.gone_back().to, 1);
}

TEST_F(JournalTailTest, AStandbyThatHasGivenOutAsManySequencesSinceIsNoticed) {
  feed_.Subscribe([] {});
  const JournalTail tail(store_, feed_, kQuick);
  for (const std::int64_t sequence : {1, 2, 3}) Record(sequence);
  Watched(3);
  std::atomic<int> failed = 0;
  store_.BeforeReads([&] {
    ++failed;
    return absl::UnavailableError("nobody is there");
  });
  WaitUntil([&] { return failed > 0; }, "a read that fails");
  TakeOver(4);
  store_.BeforeReads([] { return absl::OkStatus(); });
  EXPECT_THAT(WatchedNew(3), ElementsAre("new2", "new3", "new4"));
}

TEST_F(JournalTailTest, WhatItHasPassedOnIsNotKeptForLong) {  // X1
  feed_.Subscribe([] {});
  JournalTail::Pace pace = kQuick;
  pace.kept = absl::Milliseconds(1);
  const JournalTail tail(store_, feed_, pace);
  Record(1);
  WaitUntil([&] { return !feed_.After(0, 100).has_value(); }, "the event is let go");
  EXPECT_EQ(feed_.last_sequence(), 1);
}

TEST_F(JournalTailTest, TheSettledSequenceIsThatOfAJournalWithoutWriters) {
  Record(7);
  EXPECT_EQ(*AwaitSettledSequence(store_), 7);
}

}  // namespace
}  // namespace autopulse::callevents::core
