#include "services/core/call_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace autopulse::callevents::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CallFeed::Entries EntriesOf(const std::vector<std::int64_t>& sequences) {
  CallFeed::Entries entries;
  for (const std::int64_t sequence : sequences) {
    domain::RecordedEvent event;
    event.sequence = sequence;
    entries.push_back(std::make_shared<const FeedEntry>(event, domain::Call()));
  }
  return entries;
}

std::vector<std::int64_t> SequencesOf(const std::optional<CallFeed::Entries>& entries) {
  std::vector<std::int64_t> sequences;
  if (!entries) return {-1};
  for (const auto& entry : *entries) sequences.push_back(entry->event.sequence);
  return sequences;
}

TEST(CallFeedTest, ItBeginsBehindWhatWasRecordedBefore) {
  const CallFeed feed(41, 10);
  EXPECT_EQ(feed.last_sequence(), 41);
  EXPECT_THAT(SequencesOf(feed.After(41, 10)), IsEmpty());
}

TEST(CallFeedTest, WhatWasRecordedBeforeItBeganIsNotKept) {
  const CallFeed feed(41, 10);
  EXPECT_EQ(feed.After(40, 10), std::nullopt);
}

TEST(CallFeedTest, EntriesComeInOrderFromBehindASequence) {
  CallFeed feed(0, 10);
  feed.Publish(EntriesOf({1, 2}));
  feed.Publish(EntriesOf({5, 9}));
  EXPECT_EQ(feed.last_sequence(), 9);
  EXPECT_THAT(SequencesOf(feed.After(0, 10)), ElementsAre(1, 2, 5, 9));
  EXPECT_THAT(SequencesOf(feed.After(2, 10)), ElementsAre(5, 9));
  EXPECT_THAT(SequencesOf(feed.After(6, 10)), ElementsAre(9)) << "there may be gaps";
  EXPECT_THAT(SequencesOf(feed.After(9, 10)), IsEmpty());
}

TEST(CallFeedTest, NoMoreComeThanAreWanted) {
  CallFeed feed(0, 10);
  feed.Publish(EntriesOf({1, 2, 3}));
  EXPECT_THAT(SequencesOf(feed.After(0, 2)), ElementsAre(1, 2));
}

TEST(CallFeedTest, OnlyTheNewestAreKept) {
  CallFeed feed(0, 2);
  feed.Publish(EntriesOf({1, 4, 6}));
  EXPECT_EQ(feed.After(0, 10), std::nullopt) << "1 must be read from the database";
  EXPECT_THAT(SequencesOf(feed.After(1, 10)), ElementsAre(4, 6));
}

TEST(CallFeedTest, EachPublicationWakesTheSubscribersOnce) {
  CallFeed feed(0, 10);
  int first = 0;
  int second = 0;
  feed.Subscribe([&] { ++first; });
  const std::uint64_t subscription = feed.Subscribe([&] { ++second; });
  feed.Publish(EntriesOf({1, 2}));
  feed.Unsubscribe(subscription);
  feed.Publish(EntriesOf({3}));
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
}

TEST(CallFeedTest, WhoIsWokenFindsTheNewEntries) {
  CallFeed feed(0, 10);
  std::vector<std::int64_t> found;
  feed.Subscribe([&] { found = SequencesOf(feed.After(0, 10)); });
  feed.Publish(EntriesOf({7}));
  EXPECT_THAT(found, ElementsAre(7));
}

TEST(CallFeedTest, WhoBeginsWhileNobodyWatchedIsWokenForWhatWasPassedOver) {
  CallFeed feed(0, 10);
  std::int64_t newest = 0;
  feed.Subscribe([&] { newest = feed.last_sequence(); });
  feed.Advance(7);
  EXPECT_EQ(newest, 7);
}

TEST(CallFeedTest, ReadersAndSubscribersMayComeAndGoWhileItPublishes) {
  CallFeed feed(0, 16);
  std::thread publisher([&] {
    for (std::int64_t sequence = 1; sequence <= 2000; ++sequence) {
      feed.Publish(EntriesOf({sequence}));
    }
  });
  std::int64_t seen = 0;
  while (seen < 2000) {
    const std::uint64_t subscription = feed.Subscribe([] {});
    const std::optional<CallFeed::Entries> entries = feed.After(seen, 8);
    if (entries && !entries->empty()) {
      EXPECT_EQ(entries->front()->event.sequence, seen + 1);
      seen = entries->back()->event.sequence;
    } else if (!entries) {
      seen = feed.last_sequence();
    }
    feed.Unsubscribe(subscription);
  }
  publisher.join();
}

}  // namespace
}  // namespace autopulse::callevents::core
