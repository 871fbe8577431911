#include "adapter/webhook_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/adapter/fake_exchange.h"

namespace autopulse::callevents::adapter {
namespace {

// Events as they are reported, and what becomes of each.
class FakeSink final : public EventSink {
 public:
  void Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) override {
    reported.push_back(*request);
    if (!answers_at_once) {
      waiting = std::move(awaiting);
      return;
    }
    awaiting->OnDelivered(*request, delivered);
  }
  void Flush() override {}

  std::vector<v1::ReportCallEventRequest> reported;
  bool answers_at_once = true;
  std::unique_ptr<Awaiting> waiting;
  Delivered delivered = absl::StatusOr<v1::ReportCallEventResponse>(v1::ReportCallEventResponse());
};

class WebhookHandlerTest : public testing::Test {
 protected:
  WebhookHandler MakeHandler(const WebhookHandler::Options& options) {
    return {options, sink_, [] { return absl::FromUnixSeconds(1'756'804'800); }, counters_};
  }

  // Handles a webhook, at once or later.
  void Begin(const WebhookHandler& handler, absl::string_view body, bool may_block = false) {
    exchanged_.answer.reset();
    std::unique_ptr<http::Exchange> exchange =
        std::make_unique<FakeExchange>(body, may_block, exchanged_);
    const std::optional<HttpAnswer> answer = handler.Handle(exchange);
    EXPECT_EQ(answer.has_value(), exchange != nullptr);
    if (answer.has_value()) exchanged_.answer = answer;
  }

  HttpAnswer Handle(absl::string_view body, const WebhookHandler::Options& options = {}) {
    const WebhookHandler handler = MakeHandler(options);
    Begin(handler, body);
    EXPECT_TRUE(exchanged_.answer.has_value());
    return exchanged_.answer.value_or(HttpAnswer());
  }

  base::Counters counters_;
  FakeSink sink_;
  Exchanged exchanged_;
};

constexpr absl::string_view kRinging =
    R"({"message":{"type":"status-update","status":"ringing","call_id":15}})";

TEST_F(WebhookHandlerTest, EventIsReportedOnceWithItsReceipt) {  // O6
  EXPECT_EQ(Handle(kRinging).status, 200);
  ASSERT_EQ(sink_.reported.size(), 1u);
  EXPECT_EQ(sink_.reported[0].parent(), "calls/15");
  EXPECT_EQ(sink_.reported[0].event().receive_time().seconds(), 1'756'804'800);
  EXPECT_EQ(counters_.Get("webhooks", "applied"), 1);
}

TEST_F(WebhookHandlerTest, WhatIsMalformedIsNotReported) {
  EXPECT_EQ(Handle("{").status, 400);
  EXPECT_EQ(Handle(R"({"type":"hangup"})").status, 400);
  EXPECT_TRUE(sink_.reported.empty());
  EXPECT_EQ(counters_.Get("webhooks", "malformed"), 2);
}

TEST_F(WebhookHandlerTest, IgnoredTypesAreCountedByType) {  // V5
  EXPECT_EQ(Handle(R"({"message":{"type":"speech-update"}})").body,
            R"({"status":"ignored","message":"Event type speech-update not processed"})");
  EXPECT_EQ(counters_.Get("ignored_type", "speech-update"), 1);
  EXPECT_TRUE(sink_.reported.empty());
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
  sink_.delivered =
      absl::StatusOr<v1::ReportCallEventResponse>(absl::UnavailableError("connection refused"));
  EXPECT_EQ(Handle(kRinging).status, 503);
  EXPECT_EQ(counters_.Get("webhooks", "UNAVAILABLE"), 1);
}

TEST_F(WebhookHandlerTest, QueuedEventIsAccepted) {
  sink_.delivered = absl::StatusOr<v1::ReportCallEventResponse>(absl::AbortedError("x"));
  sink_.delivered.queued = true;
  EXPECT_EQ(Handle(kRinging).status, 202);
  EXPECT_EQ(counters_.Get("webhooks", "queued"), 1);
}

TEST_F(WebhookHandlerTest, EventIsAnsweredOnceItIsKnownWhatBecameOfIt) {
  sink_.answers_at_once = false;
  const WebhookHandler handler = MakeHandler({});
  Begin(handler, kRinging);
  EXPECT_FALSE(exchanged_.answer.has_value());
  sink_.waiting->OnDelivered(sink_.reported[0], sink_.delivered);
  ASSERT_TRUE(exchanged_.answer.has_value());
  EXPECT_EQ(exchanged_.answer->status, 200);
}

TEST_F(WebhookHandlerTest, MalformedBodyIsKeptWhereThereIsAKeeper) {
  std::vector<std::string> kept;
  const WebhookHandler handler =
      MakeHandler({.keep_malformed = [&kept](absl::string_view body, const absl::Status&,
                                             absl::Time) { kept.emplace_back(body); }});
  for (const char* body : {"{", R"({"type":"hangup"})"}) {
    Begin(handler, body, /*may_block=*/true);
    EXPECT_EQ(exchanged_.answer->status, 400);
  }
  EXPECT_THAT(kept, testing::ElementsAre("{", R"({"type":"hangup"})"));
}

TEST_F(WebhookHandlerTest, MalformedBodyIsKeptWhereItMayBlock) {
  std::vector<std::string> kept;
  const WebhookHandler handler =
      MakeHandler({.keep_malformed = [&kept](absl::string_view body, const absl::Status&,
                                             absl::Time) { kept.emplace_back(body); }});
  Begin(handler, "{");
  EXPECT_FALSE(exchanged_.answer.has_value());
  EXPECT_TRUE(kept.empty());
  exchanged_.posted();
  EXPECT_THAT(kept, testing::ElementsAre("{"));
  EXPECT_EQ(exchanged_.answer->status, 400);
  EXPECT_EQ(counters_.Get("webhooks", "malformed"), 1);
}

TEST_F(WebhookHandlerTest, MessageThatVapiWaitsOnIsRelayedWhereItMayBlock) {  // V6
  const relay::Relay::Options to_nobody{
      .targets = *relay::RelayTargets::Parse("http://127.0.0.1:1/", {"tool-calls"})};
  const WebhookHandler handler = MakeHandler({.relay = std::make_shared<relay::Relay>(to_nobody)});
  Begin(handler, R"({"message":{"type":"tool-calls"}})");
  EXPECT_EQ(counters_.Get("relay_unreachable", "tool-calls"), 0);
  EXPECT_FALSE(exchanged_.answer.has_value());
  exchanged_.posted();
  EXPECT_EQ(counters_.Get("relay_unreachable", "tool-calls"), 1);
  EXPECT_EQ(exchanged_.answer->status, 502);
}

TEST_F(WebhookHandlerTest, UnknownCallsAreRegisteredOnlyIfAskedTo) {  // U1
  constexpr absl::string_view kInbound =
      R"({"message":{"type":"status-update","status":"ringing","customer":{"number":"+15550142001"},
          "call":{"id":"v-1","type":"inboundPhoneCall"}}})";
  Handle(kInbound);
  EXPECT_FALSE(sink_.reported.back().has_call_if_unknown());
  Handle(kInbound, {.register_unknown_calls = true});
  EXPECT_EQ(sink_.reported.back().call_if_unknown().direction(), "inbound");
  EXPECT_EQ(sink_.reported.back().call_if_unknown().customer_number(), "+15550142001");
}

}  // namespace
}  // namespace autopulse::callevents::adapter
