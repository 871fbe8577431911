// What becomes of calls that are folded away or erased when the schema goes down and up again.

#include <memory>
#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/revision.h"
#include "persistence/open_database.h"
#include "services/core/eraser.h"
#include "services/core/event_recorder.h"
#include "services/core/refolder.h"
#include "services/core/retention.h"
#include "tests/domain/events.h"
#include "tests/fakes/record.h"
#include "tests/migrations/database_fixture.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

using domain::At;
using domain::CallStatus;
using domain::Of;
using domain::Told;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kBeforeForgetting = 8;

class ForgottenDownTest : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    GoUp(HeadRevision());
    Run("INSERT INTO call (id, status) VALUES (15, 'Ready')");
    Open();
  }

  void TearDown() override {
    Close();
    DatabaseTest::TearDown();
  }

  // A service starts.
  void Open() {
    store_ = *OpenCallStore(url());
    recorder_.emplace(
        *store_, [](const auto&) {}, domain::RuleOptions(), [this] { return now_; });
  }

  void Close() {
    recorder_.reset();
    store_.reset();
  }

  void Record(domain::CallEvent event) {
    auto receipts =
        fakes::Record(*recorder_, {{.call_id = 15, .event = event, .call_if_unknown = {}}});
    EXPECT_TRUE(receipts.front().ok()) << receipts.front().status();
  }

  // All that was recorded so far is folded away.
  void FoldAway() {
    now_ += absl::Hours(48);
    core::Retention retention(*store_, eraser(), {.fold_window = absl::Hours(24)},
                              [this] { return now_; });
    const auto step = retention.Fold();
    EXPECT_TRUE(step.ok()) << step.status();
    EXPECT_TRUE(step.ok() && step->calls == 1);
  }

  void Erase() {
    const auto erased = eraser().Erase(15, core::ServiceRecordIs::kKept);
    EXPECT_TRUE(erased.ok()) << erased.status();
  }

  // Programs stop, the schema goes down and up again, and a service starts.
  void GoDownAndUp() {
    Close();
    GoDown(kBeforeForgetting);
    GoUp(HeadRevision());
    Open();
  }

  std::string Status() { return Value("SELECT status FROM call"); }

  // How many calls are not what their journal gives.
  std::size_t Differing() {
    core::Refolder refolder(*store_, {}, [this] { return now_; });
    const auto page = refolder.Compare(0, 10);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? page->calls.size() : 0;
  }

 private:
  core::Eraser& eraser() {
    return eraser_.emplace(
        *store_, [] {}, [this] { return now_; });
  }

  absl::Time now_ = At(1000);
  std::unique_ptr<core::CallStore> store_;
  std::optional<core::EventRecorder> recorder_;
  std::optional<core::Eraser> eraser_;
};

TEST_P(ForgottenDownTest, EmptiedEventsAreNotTakenForOnesThatSaySomething) {  // F1
  Record(Told("e1", 1, CallStatus::kInProgress));
  Record(Told("e2", 2, CallStatus::kCompleted));
  FoldAway();
  Close();
  GoDown(kBeforeForgetting);
  EXPECT_THAT(Lines("SELECT event_id, kind FROM call_event ORDER BY id"),
              ElementsAre("e1|notice", "e2|notice"));
}

TEST_P(ForgottenDownTest, EventsThatAreNotEmptiedStayWhatTheyAre) {
  Record(Told("e1", 1, CallStatus::kInProgress));
  FoldAway();
  Record(Told("e2", 2, CallStatus::kCompleted));
  GoDownAndUp();
  EXPECT_EQ(Value("SELECT kind FROM call_event WHERE event_id = 'e2'"), "status_update");
}

TEST_P(ForgottenDownTest, AFoldedCallIsWhatItsJournalGives) {  // F1
  Record(Of("a", Told("e1", 1, CallStatus::kInProgress)));
  Record(Of("a", Told("e2", 2, CallStatus::kCompleted)));
  FoldAway();
  GoDownAndUp();
  EXPECT_EQ(Differing(), 0U);
  Record(Of("a", Told("e3", 3, CallStatus::kRinging)));
  EXPECT_EQ(Differing(), 0U);
  EXPECT_EQ(Status(), "Completed");
}

TEST_P(ForgottenDownTest, AFoldedCallGoesOnFromWhatItsNewestAttemptHasComeTo) {  // F1, O2, O5
  Record(Of("a", Told("e1", 1, CallStatus::kCompleted)));
  Record(Of("b", domain::HungUp("e2", 2, domain::HangupReason::kUserInitiated)));
  FoldAway();
  GoDownAndUp();
  EXPECT_EQ(Status(), "Failed");
  Record(Of("b", Told("e3", 3, CallStatus::kCompleted)));  // only behind a hangup on purpose
  EXPECT_EQ(Status(), "Completed");
}

TEST_P(ForgottenDownTest, ALateEventFindsItsPlaceAmongThoseThatAreNotFoldedAway) {  // F1, O3
  Record(Told("e1", 1, CallStatus::kInProgress));
  FoldAway();
  Record(domain::Reported("e3", 3));
  GoDownAndUp();
  Record(domain::HungUp("e2", 2, domain::HangupReason::kOther));
  EXPECT_EQ(Status(), "Completed");
}

TEST_P(ForgottenDownTest, ARepeatAndThenAnEventOfAFoldedCallAreRecorded) {  // O1, F1
  Record(Told("e1", 1, CallStatus::kInProgress));
  FoldAway();
  GoDownAndUp();
  Record(Told("e1", 1, CallStatus::kInProgress));
  Record(Told("e2", 2, CallStatus::kCompleted));
  EXPECT_EQ(Status(), "Completed");
}

TEST_P(ForgottenDownTest, ARepeatAndThenAnEventOfAnErasedCallAreRecorded) {  // O1, X1
  Record(Told("e1", 1, CallStatus::kInProgress));
  Erase();
  GoDownAndUp();
  Record(Told("e1", 1, CallStatus::kInProgress));
  Record(Told("e2", 2, CallStatus::kCompleted));
  EXPECT_EQ(Status(), "Completed");
}

TEST_P(ForgottenDownTest, AnErasedCallWithoutEventsBeginsWithItsFirst) {  // X1, O3
  Erase();
  GoDownAndUp();
  EXPECT_THAT(Lines("SELECT call_id FROM call_base"), IsEmpty());
  Record(Told("e1", 1, CallStatus::kInProgress));
  EXPECT_EQ(Status(), "In Progress");
  EXPECT_THAT(Lines("SELECT call_id, status FROM call_base"), ElementsAre("15|Ready"));
}

INSTANTIATE_FOR_BOTH_DATABASES(ForgottenDownTest);

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
