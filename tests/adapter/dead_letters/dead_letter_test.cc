#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapter/dead_letters/dead_letter_actions.h"
#include "adapter/dead_letters/dead_letter_export.h"
#include "adapter/dead_letters/dead_letter_replay.h"
#include "adapter/dead_letters/dead_letter_selection.h"
#include "adapter/dead_letters/dead_letter_view.h"
#include "adapter/delivery/undelivered.h"
#include "adapter/json/json_parser.h"
#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::kBodyForm;
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
    return ReplayDeadLetter(letter, {.client = client_}, spool_->dead_letters());
  }
};

constexpr char kRinging[] = R"({"message":{"type":"status-update","status":"ringing","call_id":15,)"
                            R"("customer":{"number":"+15550142001"}}})";

TEST_F(DeadLetterTest, ReplayedEventIsADeadLetterNoMore) {  // FT59
  const auto outcome =
      Replay(Keep(persistence::spool::kPendingForm, Event(15, "a").SerializeAsString()));
  ASSERT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(*outcome, "applied");
  EXPECT_THAT(service_.recorded(), ElementsAre("a"));
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DeadLetterTest, WhatTheServiceRefusedBeforeIsReplayedOnlyByForce) {
  DeadLetter letter = Keep(persistence::spool::kPendingForm, Event(15, "a").SerializeAsString());
  letter.reason = kReasonInvalidArgument;
  DeadLetterAction action;
  EXPECT_EQ(Act(action, letter, {.client = client_}, spool_->dead_letters()).outcome, "skipped");
  EXPECT_EQ(DeadLetters().size(), 1u);
  action.force = true;
  EXPECT_EQ(Act(action, letter, {.client = client_}, spool_->dead_letters()).outcome, "applied");
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DeadLetterTest, DryRunChangesNothing) {
  const DeadLetter letter = Keep(kBodyForm, kRinging);
  for (const auto kind : {DeadLetterAction::Kind::kReplay, DeadLetterAction::Kind::kDiscard}) {
    const DeadLetterResult result =
        Act({.kind = kind, .dry_run = true}, letter, {.client = client_}, spool_->dead_letters());
    EXPECT_THAT(ResultLine(result), HasSubstr("would be"));
  }
  EXPECT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(service_.calls(), 0);
}

TEST_F(DeadLetterTest, ExportedDeadLettersAreTheSameElsewhere) {
  const std::string not_text("\xff\x00{", 3);
  for (const auto& [form, payload] : std::vector<std::pair<std::string, std::string>>{
           {persistence::spool::kPendingForm, Event(15, "a").SerializeAsString()},
           {kBodyForm, kRinging},
           {kBodyForm, "{\"half\": \n\"a body"},
           {kBodyForm, not_text}}) {
    const DeadLetter letter = Keep(form, payload);
    const std::string line = ExportDeadLetter(letter);
    EXPECT_THAT(line, Not(HasSubstr("\n")));
    const auto json = ParseJson(line);
    ASSERT_TRUE(json.ok()) << line;
    const auto imported = ImportDeadLetter(json->root());
    ASSERT_TRUE(imported.ok() && imported->has_value()) << line;
    EXPECT_EQ((*imported)->form, form);
    EXPECT_EQ((*imported)->payload, payload);
    EXPECT_EQ((*imported)->receive_time, letter.receive_time);  // O6
    EXPECT_EQ((*imported)->reason, letter.reason);
  }
}

TEST_F(DeadLetterTest, LineThatIsNoExportIsABodyAndABrokenOneIsNamed) {
  EXPECT_FALSE(ImportDeadLetter(ParseJson(kRinging)->root())->has_value());
  const auto broken = ImportDeadLetter(ParseJson(R"({"dead_letter":{"id":1}})")->root());
  EXPECT_TRUE(absl::IsInvalidArgument(broken.status()));
  EXPECT_THAT(broken.status().message(), HasSubstr("receive_time"));
}

TEST(DeadLetterSelectionTest, WordsThatMeanNothingAreNamed) {
  for (const DeadLetterWords& words : std::vector<DeadLetterWords>{
           {.ids = {"seven"}, .call = {}, .reason = {}, .after = {}, .before = {}},
           {.ids = {}, .call = {}, .reason = "seven", .after = {}, .before = {}},
           {.ids = {}, .call = {}, .reason = {}, .after = "seven", .before = {}},
           {.ids = {}, .call = {}, .reason = {}, .after = {}, .before = "seven"}}) {
    const auto filter = MakeFilter(words);
    EXPECT_TRUE(absl::IsInvalidArgument(filter.status()));
    EXPECT_THAT(filter.status().message(), HasSubstr("'seven'"));
  }
}

TEST(DeadLetterSelectionTest, CallMayBeItsNumber) {
  const auto filter =
      MakeFilter({.ids = {}, .call = "15", .reason = {}, .after = {}, .before = {}});
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->call, "calls/15");
  EXPECT_FALSE(SelectsEverything(*filter));
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

TEST_F(DeadLetterTest, ReplayedBodyRegistersItsCallWhereThatIsAskedFor) {  // U1
  bool registers = false;
  service_.SetAnswer([&registers](const v1::ReportCallEventRequest& request) {
    registers = request.has_call_if_unknown();
    return grpc::Status::OK;
  });
  const std::string body = R"({"message":{"type":"status-update","status":"ringing",)"
                           R"("call":{"id":"v-1","type":"inboundPhoneCall"}}})";
  for (const bool asked : {true, false}) {
    const ReplayTarget target{.client = client_, .register_unknown_calls = asked};
    const auto outcome = ReplayDeadLetter(Keep(kBodyForm, body), target, spool_->dead_letters());
    EXPECT_TRUE(outcome.ok()) << outcome.status();
    EXPECT_EQ(registers, asked);
  }
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

TEST_F(DeadLetterTest, ShownBodyHasNoTelephoneNumber) {  // FT61
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
