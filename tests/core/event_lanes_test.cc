#include "services/core/event_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::core {
namespace {

using testing::ElementsAre;

ReportedEvent EventOf(std::int64_t call_id, int number) {
  return {.call_id = call_id,
          .event = domain::Told(absl::StrCat("e", number), number, domain::CallStatus::kRinging),
          .call_if_unknown = std::nullopt};
}

class EventLanesTest : public testing::Test {
 protected:
  EventLanesTest() {
    store_.Change([](fakes::FakeTables& tables) {
      for (std::int64_t id = 1; id <= 20; ++id) tables.calls[id].id = id;
    });
  }

  std::vector<std::string> SubmitAll(EventLanes& lanes, std::vector<ReportedEvent> events) {
    std::vector<std::string> results;
    absl::Notification done;
    lanes.SubmitAll(std::move(events), [&](const EventLane::Receipts& receipts) {
      for (const absl::StatusOr<Receipt>& receipt : receipts) {
        results.push_back(
            receipt.ok() ? absl::StrCat(receipt->event.call_id, " ", receipt->event.event.event_id)
                         : absl::StatusCodeToString(receipt.status().code()));
      }
      done.Notify();
    });
    done.WaitForNotification();
    return results;
  }

  fakes::FakeCallStore store_;
  EventRecorder recorder_{store_, [](const auto&) {}, {}, [] { return domain::At(0); }};
};

TEST_F(EventLanesTest, EventsThatCameTogetherShareATransactionAndAreAnsweredInTheirOrder) {
  EventLanes lanes(recorder_, 4);
  EXPECT_THAT(SubmitAll(lanes, {EventOf(1, 1), EventOf(2, 2), EventOf(99, 3), EventOf(3, 4),
                                EventOf(1, 5), EventOf(4, 6)}),
              ElementsAre("1 e1", "2 e2", "NOT_FOUND", "3 e4", "1 e5", "4 e6"));
  EXPECT_EQ(store_.commits(), 1);
}

TEST_F(EventLanesTest, WhatComesWhileALaneIsBusyGoesToAnother) {
  absl::Notification entered;
  absl::Notification go_on;
  EventRecorder slow(
      store_,
      [&](auto) {
        if (entered.HasBeenNotified()) return;
        entered.Notify();
        go_on.WaitForNotification();
      },
      {}, [] { return domain::At(0); });
  EventLanes lanes(slow, 2);
  absl::Notification done;
  lanes.SubmitAll({EventOf(1, 1)}, [&](const auto&) { done.Notify(); });
  entered.WaitForNotification();
  EXPECT_THAT(SubmitAll(lanes, {EventOf(1, 2)}), ElementsAre("1 e2"));
  go_on.Notify();
  done.WaitForNotification();
}

TEST_F(EventLanesTest, TheEventsOfOneCallKeepTheirOrder) {  // O7
  EventLanes lanes(recorder_, 4);
  std::vector<ReportedEvent> events;
  for (int i = 0; i < 200; ++i) events.push_back(EventOf(1 + i % 20, i));
  SubmitAll(lanes, std::move(events));
  int last[21] = {};
  store_.Change([&](fakes::FakeTables& tables) {
    for (const auto& [sequence, event] : tables.events) {
      const int number = std::stoi(event.event.event_id.substr(1));
      EXPECT_GE(number, last[event.call_id]);
      last[event.call_id] = number;
    }
    EXPECT_EQ(tables.events.size(), 200U);
  });
}

TEST_F(EventLanesTest, NoEventsAreAnsweredAtOnce) {
  EventLanes lanes(recorder_, 4);
  EXPECT_THAT(SubmitAll(lanes, {}), testing::IsEmpty());
}

TEST_F(EventLanesTest, OneEventIsAnsweredByItself) {
  EventLanes lanes(recorder_, 4);
  absl::Notification done;
  lanes.Submit(EventOf(7, 1), [&](const absl::StatusOr<Receipt>& receipt) {
    EXPECT_TRUE(receipt.ok()) << receipt.status();
    done.Notify();
  });
  done.WaitForNotification();
}

}  // namespace
}  // namespace autopulse::callevents::core
