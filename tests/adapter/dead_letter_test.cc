#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapter/dead_letter_replay.h"
#include "adapter/dead_letter_view.h"
#include "adapter/delivery.h"
#include "tests/adapter/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DeadLetterTest : public SpoolingTest {
 protected:
  // Keeps a dead letter and returns it as it is read back.
  DeadLetter Keep(const std::string& form, const std::string& payload) {
    EXPECT_TRUE(spool_->dead_letters()
                    .Add({.reason = kReasonUnknownCall,
                          .call = "calls/15",
                          .form = form,
                          .payload = payload,
                          .receive_time = now_ - absl::Hours(3),
                          .create_time = now_,
                          .failures = {.attempts = 7,
                                       .first_error = "NOT_FOUND: first",
                                       .first_error_time = now_ - absl::Hours(2)}})
                    .ok());
    return *spool_->dead_letters().Get(DeadLetters().back().id);
  }

  absl::StatusOr<std::string> Replay(const DeadLetter& letter) {
    return ReplayDeadLetter(letter, client_, spool_->dead_letters());
  }
};

constexpr char kRinging[] = R"({"message":{"type":"status-update","status":"ringing","call_id":15,)"
                            R"("customer":{"number":"+15550142001"}}})";

TEST_F(DeadLetterTest, ReplayedEventIsADeadLetterNoMore) {  // REQ8
  const auto outcome =
      Replay(Keep(persistence::spool::kPendingForm, Event(15, "a").SerializeAsString()));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(*outcome, "applied");
  EXPECT_THAT(service_.recorded(), ElementsAre("a"));
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DeadLetterTest, ReplayedBodyIsTranslatedWithItsFirstReceipt) {  // O6
  std::int64_t receipt = 0;
  service_.SetAnswer([&receipt](const v1::ReportCallEventRequest& request) {
    receipt = request.event().receive_time().seconds();
    return grpc::Status::OK;
  });
  ASSERT_TRUE(Replay(Keep(kBodyForm, kRinging)).ok());
  EXPECT_EQ(receipt, absl::ToUnixSeconds(now_ - absl::Hours(3)));
}

TEST_F(DeadLetterTest, FailedReplayKeepsTheDeadLetterAndItsHistory) {  // FT59
  service_.AnswerAlways(grpc::NOT_FOUND);
  EXPECT_TRUE(absl::IsNotFound(Replay(Keep(kBodyForm, kRinging)).status()));
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].failures.attempts, 8);
  EXPECT_EQ(DeadLetters()[0].failures.first_error, "NOT_FOUND: first");
  EXPECT_EQ(DeadLetters()[0].failures.last_error, "NOT_FOUND: no");
}

TEST_F(DeadLetterTest, BodyThatIsStillMalformedStays) {
  EXPECT_FALSE(Replay(Keep(kBodyForm, "{")).ok());
  EXPECT_EQ(DeadLetters().size(), 1u);
  EXPECT_THAT(service_.recorded(), IsEmpty());
}

TEST_F(DeadLetterTest, ShownBodyHasNoTelephoneNumber) {  // REQ20
  const std::string shown = DeadLetterJson(Keep(kBodyForm, kRinging));
  EXPECT_THAT(shown, HasSubstr(R"("reason":"unknown_call","call":"calls/15","form":"body")"));
  EXPECT_THAT(shown, HasSubstr(R"("attempts":7)"));
  EXPECT_THAT(shown, HasSubstr(R"("number":"+*********01")"));
  EXPECT_THAT(shown, Not(HasSubstr("5550142001")));
}

TEST_F(DeadLetterTest, KeptEventIsShownAsJson) {
  const std::string shown =
      DeadLetterJson(Keep(persistence::spool::kPendingForm, Event(15, "a").SerializeAsString()));
  EXPECT_THAT(shown, HasSubstr(R"("body":{"parent":"calls/15","eventId":"a")"));
}

TEST_F(DeadLetterTest, BodyThatIsNoJsonIsNotShown) {
  EXPECT_THAT(DeadLetterJson(Keep(kBodyForm, "{\"secret\": \"x")),
              HasSubstr(R"("body_bytes":13,"body":null})"));
}

}  // namespace
}  // namespace autopulse::callevents::adapter
