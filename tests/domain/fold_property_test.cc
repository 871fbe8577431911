#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "services/domain/fold.h"
#include "tests/domain/document_reading.h"
#include "tests/domain/events.h"
#include "tests/domain/model_store.h"
#include "tests/domain/random_history.h"

namespace autopulse::callevents::domain {
namespace {

// A number from the environment, to repeat a failure or to search longer.
std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class FoldPropertyTest : public testing::Test {
 protected:
  FoldPropertyTest() : seed_(FromEnvironment("FOLD_SEED", std::random_device()())), random_(seed_) {
    std::cout << "FOLD_SEED=" << seed_ << std::endl;
  }

  std::uint64_t Cases(std::uint64_t otherwise) const {
    return FromEnvironment("FOLD_CASES", otherwise);
  }

  const std::uint64_t seed_;
  std::mt19937_64 random_;
};

// What must not depend on the order of arrival.
struct Rows {
  CallState call;
  std::string service_record_word;
  std::string transcript_event_id;

  friend bool operator==(const Rows&, const Rows&) = default;
};

using Arrival = std::vector<CallEvent>;

Rows RowsAfter(const RandomHistory& history, const Arrival& arrival) {
  ModelStore store(history.row, history.options);
  for (const CallEvent& event : arrival) store.Arrive(event);
  return {store.row, store.service_record_word, store.transcript_event_id};
}

// Whether events that arrive like this end in other rows than those that arrive in order.
bool Diverges(const RandomHistory& history, const Arrival& arrival) {
  Arrival in_order = arrival;
  SortByRule(in_order);
  return RowsAfter(history, arrival) != RowsAfter(history, in_order);
}

// Leaves out events as long as `fails` holds without them.
Arrival Shrink(Arrival arrival, const std::function<bool(const Arrival&)>& fails) {
  for (std::size_t i = 0; i < arrival.size();) {
    Arrival fewer = arrival;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (fails(fewer)) {
      arrival = std::move(fewer);
      i = 0;
    } else {
      ++i;
    }
  }
  return arrival;
}

void ExpectSameRows(const RandomHistory& history, const Arrival& arrival) {
  if (!Diverges(history, arrival)) return;
  const Arrival least =
      Shrink(arrival, [&](const Arrival& fewer) { return Diverges(history, fewer); });
  ADD_FAILURE() << "a call of status " << history.row.status_word << " of provider's call '"
                << history.row.provider_call_id.value_or("")
                << "': this order of arrival ends in other rows\n"
                << Describe(least);
}

// Adds what `values` have that the members of nothing have not.
template <typename Values>
void AddSaid(const Values& values, std::vector<bool>& said) {
  const std::vector<bool> unsaid = Equal(MembersOf(values), MembersOf(Values()));
  said.resize(unsaid.size());
  for (std::size_t i = 0; i < unsaid.size(); ++i) said[i] = said[i] || !unsaid[i];
}

TEST_F(FoldPropertyTest, EveryMemberOfAReportAndOfARowIsDrawnNowAndThen) {
  std::vector<bool> of_reports;
  std::vector<bool> of_rows;
  for (int i = 0; i < 2000; ++i) {
    const RandomHistory history = DrawHistory(random_, {});
    AddSaid(history.row, of_rows);
    for (const CallEvent& event : history.events) {
      if (const auto* report = std::get_if<EndOfCallReport>(&event.detail)) {
        AddSaid(*report, of_reports);
      }
    }
  }
  EXPECT_THAT(of_reports, testing::Each(true));
  EXPECT_THAT(of_rows, testing::Each(true));
}

TEST_F(FoldPropertyTest, AnyOrderOfArrivalWithAnyRepetitionsEndsInTheSameRows) {  // O1, O3, O4, O5
  for (std::uint64_t i = 0; i < Cases(4000) && !HasFailure(); ++i) {
    const RandomHistory history = DrawHistory(random_, {});
    for (int round = 0; round < 4; ++round) {
      Arrival arrival;
      for (const std::size_t index : DrawArrival(random_, history.events.size())) {
        arrival.push_back(history.events[index]);
      }
      ExpectSameRows(history, arrival);
    }
  }
}

TEST_F(FoldPropertyTest, EveryPermutationOfAFewEventsEndsInTheSameRows) {  // O3, O5
  for (std::uint64_t i = 0; i < Cases(300) && !HasFailure(); ++i) {
    const RandomHistory history = DrawHistory(random_, {.max_events = 5});
    std::vector<std::size_t> order(history.events.size());
    for (std::size_t k = 0; k < order.size(); ++k) order[k] = k;
    do {
      Arrival arrival;
      for (const std::size_t index : order) arrival.push_back(history.events[index]);
      ExpectSameRows(history, arrival);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_F(FoldPropertyTest, TheRowsAreThoseOfTheWholeHistoryFoldedAtOnce) {  // O3
  for (std::uint64_t i = 0; i < Cases(2000) && !HasFailure(); ++i) {
    const RandomHistory history = DrawHistory(random_, {});
    Arrival arrival = history.events;
    std::shuffle(arrival.begin(), arrival.end(), random_);
    const Rows rows = RowsAfter(history, arrival);
    const FoldedCall folded =
        Fold({.base = {.call = history.row}, .events = arrival}, history.options);
    EXPECT_EQ(rows.call, folded.state) << Describe(arrival);
    EXPECT_EQ(rows.transcript_event_id, folded.transcript_event_id) << Describe(arrival);
    EXPECT_EQ(rows.service_record_word, folded.mirrored ? folded.state.status_word : "Scheduled")
        << Describe(arrival);
  }
}

TEST_F(FoldPropertyTest, AnEventThatComesLastMayBeFoldedIntoWhatWasKept) {  // O3, O5
  int folded_in = 0;
  for (std::uint64_t i = 0; i < Cases(2000) && !HasFailure(); ++i) {
    const RandomHistory history = DrawHistory(random_, {});
    Arrival arrival = history.events;
    if (i % 2 == 0) std::shuffle(arrival.begin(), arrival.end(), random_);
    CallHistory so_far{.base = {.call = history.row}, .events = {}};
    FoldedCall kept = Fold(so_far, history.options);
    for (const CallEvent& event : arrival) {
      so_far.events.push_back(event);
      const FoldedCall before = kept;
      const bool last = FoldLast(kept, event, history.options);
      const FoldedCall whole = Fold(so_far, history.options);
      EXPECT_EQ(kept, last ? whole : before) << Describe(so_far.events);
      folded_in += last ? 1 : 0;
      kept = whole;
    }
  }
  EXPECT_GT(folded_in, 0);
}

TEST_F(FoldPropertyTest, AStreamInOrderIsNeverFoldedAnew) {  // O3
  for (std::uint64_t i = 0; i < Cases(500) && !HasFailure(); ++i) {
    RandomHistory history = DrawHistory(random_, {.max_attempts = 0});
    std::erase_if(history.events, [](const CallEvent& event) {
      return std::holds_alternative<Notice>(event.detail);
    });
    if (history.events.empty()) continue;
    FoldedCall kept =
        Fold({.base = {.call = history.row}, .events = {history.events.front()}}, history.options);
    for (std::size_t k = 1; k < history.events.size(); ++k) {
      EXPECT_TRUE(FoldLast(kept, history.events[k], history.options)) << Describe(history.events);
    }
  }
}

TEST_F(FoldPropertyTest, AnEventThatIsNotStaleIsTheOnlyKindThatWrites) {  // M1, O3
  for (std::uint64_t i = 0; i < Cases(2000) && !HasFailure(); ++i) {
    const RandomHistory history = DrawHistory(random_, {});
    ModelStore store(history.row, history.options);
    for (const std::size_t index : DrawArrival(random_, history.events.size())) {
      const Rows before{store.row, store.service_record_word, store.transcript_event_id};
      const std::optional<EventOutcome> outcome = store.Arrive(history.events[index]);
      if (outcome && *outcome != EventOutcome::kStale) {
        EXPECT_EQ(store.service_record_word, store.row.status_word);
        continue;
      }
      EXPECT_EQ(before, (Rows{store.row, store.service_record_word, store.transcript_event_id}));
    }
  }
}

// A history whose first events are long past when the rest of it begins.
struct PartedHistory {
  RandomHistory history;
  Arrival past;
  Arrival rest;
};

// What begins after the past was created after it. (Docs: what else there may be is decided as F1
// says, and not as it would have been.)
PartedHistory DrawPartedHistory(std::mt19937_64& random) {
  PartedHistory parted{DrawHistory(random, {}), {}, {}};
  const Arrival& events = parted.history.events;
  const absl::Time horizon = events[random() % events.size()].time;
  bool names_attempt = false;
  for (CallEvent event : events) {
    if (event.time <= horizon) {
      names_attempt = names_attempt || (!event.provider_call_id.empty() &&
                                        !std::holds_alternative<Notice>(event.detail));
      parted.past.push_back(event);
    } else {
      if (event.provider_call_create_time <= horizon) event.provider_call_create_time.reset();
      parted.rest.push_back(event);
    }
  }
  // Events without an id are folded into the base's attempt, whatever it is called.
  if (!names_attempt) parted.history.row.provider_call_id.reset();
  std::shuffle(parted.past.begin(), parted.past.end(), random);
  return parted;
}

void ExpectSameStores(const ModelStore& store, const ModelStore& never_folded,
                      const PartedHistory& parted) {
  const std::string all = Describe(parted.past) + "then\n" + Describe(parted.rest);
  EXPECT_EQ(store.row, never_folded.row) << all;
  EXPECT_EQ(store.service_record_word, never_folded.service_record_word) << all;
  EXPECT_EQ(store.transcript_event_id, never_folded.transcript_event_id) << all;
  EXPECT_EQ(store.row_writes, never_folded.row_writes) << all;
  const std::vector<Attempt> attempts = store.Attempts();
  const std::vector<Attempt> expected = never_folded.Attempts();
  ASSERT_EQ(attempts.size(), expected.size()) << all;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    EXPECT_EQ(attempts[i].provider_call_id, expected[i].provider_call_id) << all;
    EXPECT_EQ(attempts[i].begin_time, expected[i].begin_time) << all;
    EXPECT_EQ(attempts[i].state, expected[i].state) << all;
    EXPECT_EQ(attempts[i].transcript_event_id, expected[i].transcript_event_id) << all;
  }
}

TEST_F(FoldPropertyTest, WhatComesAfterEventsThatAreFoldedAwayEndsInTheSameRows) {  // F1, O3, O5
  for (std::uint64_t i = 0; i < Cases(6000) && !HasFailure(); ++i) {
    const PartedHistory parted = DrawPartedHistory(random_);
    ModelStore store(parted.history.row, parted.history.options);
    ModelStore never_folded(parted.history.row, parted.history.options);
    for (const CallEvent& event : parted.past) {
      EXPECT_EQ(store.Arrive(event), never_folded.Arrive(event));
    }
    store.FoldAway();
    ExpectSameStores(store, never_folded, parted);
    for (const std::size_t index : DrawArrival(random_, parted.rest.size())) {
      const CallEvent& event = parted.rest[index];
      EXPECT_EQ(store.Arrive(event), never_folded.Arrive(event)) << Describe({event});
    }
    ExpectSameStores(store, never_folded, parted);
  }
}

TEST_F(FoldPropertyTest, EventsMayBeFoldedAwayAgainAndAgain) {  // F1
  for (std::uint64_t i = 0; i < Cases(3000) && !HasFailure(); ++i) {
    const PartedHistory parted = DrawPartedHistory(random_);
    ModelStore store(parted.history.row, parted.history.options);
    ModelStore never_folded(parted.history.row, parted.history.options);
    for (const CallEvent& event : parted.past) store.Arrive(event), never_folded.Arrive(event);
    absl::Time horizon = absl::InfinitePast();
    for (CallEvent event : parted.rest) {
      if (event.time > horizon) store.FoldAway();
      horizon = event.time;
      event.provider_call_create_time.reset();
      store.Arrive(event);
      never_folded.Arrive(event);
    }
    ExpectSameStores(store, never_folded, parted);
  }
}

TEST_F(FoldPropertyTest, WhatHappenedBeforeEventsThatAreFoldedAwayChangesNothing) {  // F1
  for (std::uint64_t i = 0; i < Cases(2000) && !HasFailure(); ++i) {
    const PartedHistory parted = DrawPartedHistory(random_);
    const Arrival& past = parted.past;
    ModelStore store(parted.history.row, parted.history.options);
    store.Arrive(past.front());
    store.FoldAway();
    const Rows before{store.row, store.service_record_word, store.transcript_event_id};
    if (std::holds_alternative<Notice>(past.front().detail)) continue;
    for (const CallEvent& event : past) {
      if (event.time > past.front().time) continue;
      EXPECT_NE(store.Arrive(event), EventOutcome::kApplied);
      EXPECT_EQ(before, (Rows{store.row, store.service_record_word, store.transcript_event_id}));
    }
  }
}

// One attempt, whose webhooks come in order, in the document's words.
RandomHistory DrawDocumentHistory(std::mt19937_64& random) {
  RandomHistory history = DrawHistory(random, {.max_attempts = 0});
  history.options = {};
  history.row.outcome = CallOutcome::kUnspecified;
  const bool named = random() % 2 == 0;
  for (CallEvent& event : history.events) {
    if (named) event.provider_call_id = history.row.provider_call_id.value_or("provider-1");
  }
  return history;
}

TEST_F(FoldPropertyTest, AStreamInOrderFollowsTheDesignDocumentToTheLetter) {  // O3, S1 to R6, M1
  for (std::uint64_t i = 0; i < Cases(6000) && !HasFailure(); ++i) {
    const RandomHistory history = DrawDocumentHistory(random_);
    ModelStore store(history.row, history.options);
    DocumentReading document(history.row);
    for (const CallEvent& event : history.events) {
      EXPECT_NE(store.Arrive(event), EventOutcome::kLate);
      document.Process(event);
    }
    EXPECT_EQ(store.row, document.call) << history.row.status_word << Describe(history.events);
    EXPECT_EQ(store.service_record_word, document.service_record_word) << Describe(history.events);
    EXPECT_EQ(store.transcript_event_id, document.transcript_event_id) << Describe(history.events);
  }
}

}  // namespace
}  // namespace autopulse::callevents::domain
