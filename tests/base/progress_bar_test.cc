#include "services/base/progress_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::base {
namespace {

using testing::EndsWith;
using testing::IsEmpty;

constexpr absl::string_view kStartOver = "\r\x1b[K";

// A bar whose output is kept and whose time the test sets.
class ProgressBarTest : public testing::Test {
 protected:
  ProgressOutput Output(bool terminal) {
    return {.stream = &printed_, .terminal = terminal, .clock = [this] { return now_; }};
  }

  // What was printed since the last call.
  std::string TakePrinted() {
    std::string text = printed_.str();
    printed_.str("");
    return text;
  }

  std::ostringstream printed_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

TEST_F(ProgressBarTest, ATerminalShowsDoneTotalSpeedAndTheTimeLeft) {
  ProgressBar bar("refold", 50'000, Output(/*terminal=*/true));
  now_ += absl::Seconds(3);
  bar.Advance(12'000);
  EXPECT_EQ(TakePrinted(), absl::StrCat(kStartOver, "refold 12000/50000 24% 4000/s 0:09 left"));
}

TEST_F(ProgressBarTest, ATerminalIsDrawnTenTimesASecondAtMost) {
  ProgressBar bar("refold", 100, Output(/*terminal=*/true));
  bar.Advance();
  EXPECT_NE(TakePrinted(), "");
  now_ += absl::Milliseconds(99);
  bar.Advance();
  EXPECT_THAT(TakePrinted(), IsEmpty());
  now_ += absl::Milliseconds(1);
  bar.Advance();
  EXPECT_THAT(TakePrinted(), EndsWith("refold 3/100 3% 30/s 0:03 left"));
}

TEST_F(ProgressBarTest, TheEndIsAlwaysShownOnATerminal) {
  {
    ProgressBar bar("refold", 2, Output(/*terminal=*/true));
    bar.Advance();
    now_ += absl::Milliseconds(50);
    bar.Advance();
    now_ += absl::Seconds(65);
    TakePrinted();
  }
  EXPECT_EQ(TakePrinted(), absl::StrCat(kStartOver, "refold 2/2 100% 0.0/s in 1:05\n"));
}

TEST_F(ProgressBarTest, AClearedLineComesBackWithTheNextStep) {
  ProgressBar bar("refold", 2, Output(/*terminal=*/true));
  bar.Advance();
  TakePrinted();
  bar.Clear();
  EXPECT_EQ(TakePrinted(), kStartOver);
  bar.Clear();
  EXPECT_THAT(TakePrinted(), IsEmpty());
  bar.Advance();
  EXPECT_THAT(TakePrinted(), EndsWith("refold 2/2 100% 0.0/s in 0:00"));
}

TEST_F(ProgressBarTest, LongTimesAreShownInHours) {
  ProgressBar bar("refold", 10'001, Output(/*terminal=*/true));
  now_ += absl::Seconds(2);
  bar.Advance();
  EXPECT_THAT(TakePrinted(), EndsWith("refold 1/10001 0% 0.5/s 5:33:20 left"));
}

TEST_F(ProgressBarTest, AnUnknownTotalIsLeftOut) {
  ProgressBar bar("replay", 0, Output(/*terminal=*/true));
  now_ += absl::Seconds(10);
  bar.Advance(500);
  EXPECT_THAT(TakePrinted(), EndsWith("replay 500 50/s in 0:10"));
}

TEST_F(ProgressBarTest, ElsewhereALineIsPrintedEveryHalfMinute) {
  ProgressBar bar("refold", 100, Output(/*terminal=*/false));
  now_ += absl::Seconds(29);
  bar.Advance(10);
  EXPECT_THAT(TakePrinted(), IsEmpty());
  now_ += absl::Seconds(1);
  bar.Advance(20);
  EXPECT_EQ(TakePrinted(), "refold 30/100 30% 1.0/s 1:10 left\n");
  now_ += absl::Seconds(29);
  bar.Advance();
  bar.Clear();
  EXPECT_THAT(TakePrinted(), IsEmpty());
}

TEST_F(ProgressBarTest, ElsewhereWhatIsOverSoonPrintsNothing) {
  {
    ProgressBar bar("refold", 1, Output(/*terminal=*/false));
    bar.Advance();
  }
  EXPECT_THAT(TakePrinted(), IsEmpty());
}

}  // namespace
}  // namespace autopulse::callevents::base
