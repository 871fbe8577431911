#include "services/core/refolder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/core/event_recorder.h"
#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"
#include "tests/fakes/record.h"

namespace autopulse::callevents::core {
namespace {

using domain::At;
using domain::CallStatus;
using domain::EndedReasonGroup;
using domain::Reported;
using domain::Told;
using fakes::TranscriptOf;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr domain::RuleOptions kByReason{.report_status = domain::ReportStatus::kEndedReason};

// Calls 15 and 16 of service record 9, and call 17, recorded with reports that complete.
class RefolderTest : public testing::Test {
 protected:
  void SetUp() override {
    store_.Change([](fakes::FakeTables& tables) {
      tables.service_records[9].id = 9;
      for (const std::int64_t id : {15, 16, 17}) {
        tables.calls[id].id = id;
        if (id != 17) tables.calls[id].service_record_id = 9;
      }
    });
  }

  void Record(std::int64_t call_id, domain::CallEvent event, domain::RuleOptions rules = {}) {
    EventRecorder recorder(
        store_, [](const auto&) {}, rules, [] { return At(1000); });
    const auto receipts = fakes::Record(
        recorder,
        {{.call_id = call_id, .event = std::move(event), .call_if_unknown = std::nullopt}});
    ASSERT_TRUE(receipts.front().ok()) << receipts.front().status();
  }

  // A report of a customer who was not reached.
  static domain::CallEvent ReportedMissed(std::string id, double seconds,
                                          domain::EndOfCallReport report = {}) {
    report.ended_reason = "customer-did-not-answer";
    report.ended_reason_group = EndedReasonGroup::kMissed;
    return Reported(std::move(id), seconds, std::move(report));
  }

  Refolder MakeRefolder(RefoldOptions options) {
    return {store_, options, [] { return At(2000); }};
  }

  std::vector<RefoldedCall> Refold(std::vector<std::int64_t> ids,
                                   RefoldOptions options = {.rules = kByReason}) {
    auto changed = MakeRefolder(options).Apply(ids);
    EXPECT_TRUE(changed.ok()) << changed.status();
    return changed.ok() ? *std::move(changed) : std::vector<RefoldedCall>();
  }

  std::string StatusOf(std::int64_t call_id) {
    return store_.Tables().calls.at(call_id).state.status_word;
  }
  std::string RecordStatus() { return store_.Tables().service_records.at(9).status_word; }

  fakes::FakeCallStore store_;
};

TEST_F(RefolderTest, AChangeOfTheOptionIsAppliedToWhatIsRecorded) {  // P1, M1
  Record(15, ReportedMissed("a", 1));
  ASSERT_EQ(StatusOf(15), "Completed");
  const std::vector<RefoldedCall> changed = Refold({15});
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].was.status_word, "Completed");
  EXPECT_EQ(changed[0].compared.written.count(), 1u);
  EXPECT_EQ(changed[0].service_record_id, 9);
  EXPECT_EQ(StatusOf(15), "Missed");
  EXPECT_EQ(RecordStatus(), "Missed");
  EXPECT_EQ(store_.Tables().calls.at(15).update_time, At(2000));
}

TEST_F(RefolderTest, AComparisonChangesNothing) {
  Record(15, ReportedMissed("a", 1));
  const auto page = MakeRefolder({.rules = kByReason}).Compare(0, 10);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->seen, 3u);
  EXPECT_EQ(page->last_id, 17);
  ASSERT_EQ(page->calls.size(), 1u);
  EXPECT_EQ(page->calls[0].call_id, 15);
  EXPECT_TRUE(page->calls[0].writes());
  EXPECT_EQ(StatusOf(15), "Completed");
  EXPECT_EQ(MakeRefolder({}).Compare(17, 10)->seen, 0u);
}

TEST_F(RefolderTest, RefoldingAgainChangesNothing) {
  Record(15, ReportedMissed("a", 1));
  Record(15, Told("b", 0, CallStatus::kInProgress));
  EXPECT_EQ(Refold({15}).size(), 1u);
  const fakes::FakeTables before = store_.Tables();
  EXPECT_THAT(Refold({15}), IsEmpty());
  EXPECT_EQ(store_.Tables().calls.at(15).state, before.calls.at(15).state);
}

TEST_F(RefolderTest, GoingBackToTheOldOptionRestoresTheRow) {  // P1
  Record(15, ReportedMissed("a", 1));
  const domain::CallState before = store_.Tables().calls.at(15).state;
  Refold({15});
  Refold({15}, {});
  EXPECT_EQ(store_.Tables().calls.at(15).state, before);
  EXPECT_EQ(RecordStatus(), "Completed");
}

TEST_F(RefolderTest, WhatAnotherProgramWroteStays) {  // O3
  Record(15, ReportedMissed("a", 1));
  store_.Change([](fakes::FakeTables& tables) {
    tables.calls[15].state.status_word = "Archived";
    tables.calls[15].state.end_time = At(77);
  });
  const auto page = MakeRefolder({.rules = kByReason}).CompareOne(15);
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->calls.size(), 1u);
  EXPECT_FALSE(page->calls[0].writes());
  EXPECT_EQ(page->calls[0].compared.kept.count(), 2u);
  Refold({15});
  EXPECT_EQ(StatusOf(15), "Archived");
  EXPECT_EQ(store_.Tables().calls.at(15).state.end_time, At(77));
  EXPECT_EQ(RecordStatus(), "Completed");
}

TEST_F(RefolderTest, WhatIsToBeOverwrittenIsWrittenAllTheSame) {
  Record(15, ReportedMissed("a", 1));
  store_.Change([](fakes::FakeTables& tables) {
    tables.calls[15].state.status_word = "Archived";
    tables.calls[15].state.end_time = At(77);
  });
  RefoldOptions options{.rules = kByReason};
  options.overwritten.set(0);  // the status
  Refold({15}, options);
  EXPECT_EQ(StatusOf(15), "Missed");
  EXPECT_EQ(store_.Tables().calls.at(15).state.end_time, At(77));
}

TEST_F(RefolderTest, AStatusThatRulesOfAnotherDayLeftIsWrittenAnew) {  // O3
  Record(15, ReportedMissed("a", 1));
  store_.Change([](fakes::FakeTables& tables) {
    tables.calls[15].state.status_word = "Failed";  // as rules that are no more have decided
    tables.events.rbegin()->second.call_status_word = "Failed";
  });
  Refold({15}, {});
  EXPECT_EQ(StatusOf(15), "Completed");
}

TEST_F(RefolderTest, AServiceRecordThatAnotherCallHasMovedOnStays) {  // M1
  Record(15, ReportedMissed("a", 1));
  Record(16, Told("b", 2, CallStatus::kCompleted));
  ASSERT_EQ(RecordStatus(), "Completed");  // of call 16, though 15 has the same
  const std::vector<RefoldedCall> changed = Refold({15, 16});
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].service_record_id, std::nullopt);
  EXPECT_EQ(StatusOf(15), "Missed");
  EXPECT_EQ(RecordStatus(), "Completed");
}

TEST_F(RefolderTest, AServiceRecordThatAnotherProgramHasMovedOnStays) {  // M1
  Record(15, ReportedMissed("a", 1));
  store_.Change([](fakes::FakeTables& tables) { tables.service_records[9].status_word = "Paid"; });
  Refold({15});
  EXPECT_EQ(StatusOf(15), "Missed");
  EXPECT_EQ(RecordStatus(), "Paid");
}

TEST_F(RefolderTest, ATranscriptOfAnotherReportIsReplaced) {  // O4
  Record(15, Reported("a", 1, domain::ReportSaying("old")));
  Record(15, Reported("b", 2, domain::ReportSaying("new")));
  store_.Change([](fakes::FakeTables& tables) {  // as if O4 had been another rule
    tables.transcript.begin()->second.entry.content = "old";
  });
  const std::vector<RefoldedCall> changed = Refold({15}, {});
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].transcript, TranscriptComparison::kWritten);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("new"));
}

TEST_F(RefolderTest, ATranscriptThatAnotherProgramChangedStaysUnlessItIsToBeOverwritten) {  // O4
  Record(15, Reported("a", 1, domain::ReportSaying("said")));
  store_.Change([](fakes::FakeTables& tables) {
    tables.transcript.begin()->second.entry.content = "corrected";
  });
  EXPECT_THAT(Refold({15}, {})[0].transcript, TranscriptComparison::kKept);
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("corrected"));
  Refold({15}, {.rules = {}, .overwritten = {}, .overwrites_transcript = true});
  EXPECT_THAT(TranscriptOf(store_.Tables(), 15), ElementsAre("said"));
}

TEST_F(RefolderTest, ACallWithoutEventsIsLeftAlone) {
  store_.Change(
      [](fakes::FakeTables& tables) { tables.calls[17].state.cost = domain::Decimal{5}; });
  Record(16, domain::Event("n", 1, domain::Notice{.kind = "hang"}));  // V2: writes nothing
  store_.Change(
      [](fakes::FakeTables& tables) { tables.calls[16].state.cost = domain::Decimal{5}; });
  EXPECT_THAT(Refold({16, 17, 99}), IsEmpty());
}

TEST_F(RefolderTest, ACallThatIsNotThereIsNamed) {
  EXPECT_EQ(MakeRefolder({}).CompareOne(99).status().message(), "call 99 not found");
}

}  // namespace
}  // namespace autopulse::callevents::core
