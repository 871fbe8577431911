#include "adapter/webhook_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace autopulse::callevents::adapter {
namespace {

class WebhookHandlerTest : public testing::Test {
 protected:
  HttpAnswer Handle(absl::string_view body, bool register_unknown_calls = false) {
    const WebhookHandler handler(
        {.register_unknown_calls = register_unknown_calls},
        [this](const v1::ReportCallEventRequest& request) {
          reported_.push_back(request);
          return result_;
        },
        [] { return absl::FromUnixSeconds(1'756'804'800); }, counters_);
    return handler.Handle(body);
  }

  base::Counters counters_;
  std::vector<v1::ReportCallEventRequest> reported_;
  absl::StatusOr<v1::ReportCallEventResponse> result_ = v1::ReportCallEventResponse();
};

constexpr absl::string_view kRinging =
    R"({"message":{"type":"status-update","status":"ringing","call_id":15}})";

TEST_F(WebhookHandlerTest, EventIsReportedOnceWithItsReceipt) {  // O6
  EXPECT_EQ(Handle(kRinging).status, 200);
  ASSERT_EQ(reported_.size(), 1u);
  EXPECT_EQ(reported_[0].parent(), "calls/15");
  EXPECT_EQ(reported_[0].event().receive_time().seconds(), 1'756'804'800);
  EXPECT_EQ(counters_.Get("webhooks", "applied"), 1);
}

TEST_F(WebhookHandlerTest, WhatIsMalformedIsNotReported) {
  EXPECT_EQ(Handle("{").status, 400);
  EXPECT_EQ(Handle(R"({"type":"hangup"})").status, 400);
  EXPECT_TRUE(reported_.empty());
  EXPECT_EQ(counters_.Get("webhooks", "malformed"), 2);
}

TEST_F(WebhookHandlerTest, IgnoredTypesAreCountedByType) {  // V5
  EXPECT_EQ(Handle(R"({"message":{"type":"speech-update"}})").body,
            R"({"status":"ignored","message":"Event type speech-update not processed"})");
  EXPECT_EQ(counters_.Get("ignored_type", "speech-update"), 1);
  EXPECT_TRUE(reported_.empty());
}

TEST_F(WebhookHandlerTest, TypesThatVapiWaitsOnAreCountedApart) {  // V6
  EXPECT_EQ(Handle(R"({"message":{"type":"tool-calls"}})").body,
            R"({"status":"ignored","message":"Event type tool-calls not processed"})");
  EXPECT_EQ(counters_.Get("unanswered_type", "tool-calls"), 1);
  EXPECT_EQ(counters_.Get("ignored_type", "tool-calls"), 0);
}

TEST_F(WebhookHandlerTest, SlowAssistantIsCounted) {  // V2
  Handle(R"({"message":{"type":"hang","call_id":15}})");
  EXPECT_EQ(counters_.Get("notice", "hang"), 1);
}

TEST_F(WebhookHandlerTest, UnavailableServiceIsToldToTheSender) {
  result_ = absl::UnavailableError("connection refused");
  EXPECT_EQ(Handle(kRinging).status, 503);
  EXPECT_EQ(counters_.Get("webhooks", "UNAVAILABLE"), 1);
}

TEST_F(WebhookHandlerTest, QueuedEventIsAccepted) {
  const WebhookHandler handler(
      {},
      [](const v1::ReportCallEventRequest&) {
        Delivered delivered = absl::StatusOr<v1::ReportCallEventResponse>(absl::AbortedError("x"));
        delivered.queued = true;
        return delivered;
      },
      base::SystemClock(), counters_);
  EXPECT_EQ(handler.Handle(kRinging).status, 202);
  EXPECT_EQ(counters_.Get("webhooks", "queued"), 1);
}

TEST_F(WebhookHandlerTest, MalformedBodyIsKeptWhereThereIsAKeeper) {
  std::vector<std::string> kept;
  const WebhookHandler handler(
      {.keep_malformed = [&kept](absl::string_view body, const absl::Status&,
                                 absl::Time) { kept.emplace_back(body); }},
      [](const v1::ReportCallEventRequest&) -> Delivered {
        return absl::StatusOr<v1::ReportCallEventResponse>(absl::InternalError("not reported"));
      },
      base::SystemClock(), counters_);
  EXPECT_EQ(handler.Handle("{").status, 400);
  EXPECT_EQ(handler.Handle(R"({"type":"hangup"})").status, 400);
  EXPECT_THAT(kept, testing::ElementsAre("{", R"({"type":"hangup"})"));
}

TEST_F(WebhookHandlerTest, UnknownCallsAreRegisteredOnlyIfAskedTo) {  // U1
  constexpr absl::string_view kInbound =
      R"({"message":{"type":"status-update","status":"ringing","customer":{"number":"+15550142001"},
          "call":{"id":"v-1","type":"inboundPhoneCall"}}})";
  Handle(kInbound);
  EXPECT_FALSE(reported_.back().has_call_if_unknown());
  Handle(kInbound, true);
  EXPECT_EQ(reported_.back().call_if_unknown().direction(), "inbound");
  EXPECT_EQ(reported_.back().call_if_unknown().customer_number(), "+15550142001");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
