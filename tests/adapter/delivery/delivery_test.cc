#include "adapter/delivery/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <optional>
#include <vector>

#include "absl/synchronization/notification.h"
#include "adapter/delivery/undelivered.h"
#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class DeliveryTest : public SpoolingTest {
 protected:
  // Hands an event over, without sending it yet.
  Handed Report(const v1::ReportCallEventRequest& request) {
    Handed handed;
    delivery_.Report(MakeEventRequest(request), handed.MakeAwaiting(threads_));
    return handed;
  }

  // Hands one over, has it sent and waits for what becomes of it.
  Delivered Deliver(const v1::ReportCallEventRequest& request) {
    const Handed handed = Report(request);
    delivery_.Flush();
    const auto is_known = [&] {
      delivery_.Flush();  // as the threads for what may block do
      return handed.is_known();
    };
    WaitUntil(is_known, "what became of the event");
    return handed.Wait();
  }

  Delivery delivery_{client_, *spool_, counters_, {.retry = {.max_attempts = 1}}, Clock()};
};

TEST_F(DeliveryTest, WhatTheServiceTakesNeverTouchesTheSpool) {
  const Delivered delivered = Deliver(Event(15, "a"));
  EXPECT_TRUE(delivered.response.ok());
  EXPECT_FALSE(delivered.queued);
  EXPECT_EQ(spool_->pending(), 0);
}

TEST_F(DeliveryTest, WhatTheServiceCannotTakeNowIsKept) {  // FT6
  int kept = 0;
  for (const auto code : {grpc::UNAVAILABLE, grpc::DEADLINE_EXCEEDED, grpc::ABORTED,
                          grpc::RESOURCE_EXHAUSTED, grpc::INTERNAL, grpc::UNAUTHENTICATED}) {
    service_.AnswerAlways(code);
    const Delivered delivered = Deliver(Event(++kept, "a"));
    EXPECT_TRUE(delivered.queued) << code;
    EXPECT_EQ(spool_->pending(), kept);
  }
}

TEST_F(DeliveryTest, UnknownCallIsKeptAndSaidToBeUnknown) {  // U1
  service_.AnswerAlways(grpc::NOT_FOUND);
  const Delivered delivered = Deliver(Event(15, "a"));
  EXPECT_TRUE(delivered.queued);
  EXPECT_TRUE(absl::IsNotFound(delivered.response.status()));
}

TEST_F(DeliveryTest, RefusedEventIsADeadLetterAndNotKept) {
  service_.AnswerAlways(grpc::INVALID_ARGUMENT);
  const Delivered delivered = Deliver(Event(15, "a"));
  EXPECT_FALSE(delivered.queued);
  EXPECT_TRUE(absl::IsInvalidArgument(delivered.response.status()));
  EXPECT_EQ(spool_->pending(), 0);
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonInvalidArgument);
}

TEST_F(DeliveryTest, ServiceThatDoesNotLetTheAdapterInIsAnOutage) {  // FT63
  service_.SetAdmission(grpc::UNAUTHENTICATED);
  EXPECT_TRUE(Deliver(Event(15, "a")).queued);
  service_.SetAdmission(grpc::PERMISSION_DENIED);
  EXPECT_TRUE(Deliver(Event(16, "b")).queued);
  EXPECT_THAT(DeadLetters(), IsEmpty());
}

TEST_F(DeliveryTest, RefusalIsNotedWhoeverReports) {  // FT63
  std::vector<absl::StatusCode> refusals;
  const CallEventClient client({.channel = {.service = service_.address()},
                                .on_refusal = [&refusals](const absl::Status& refusal) {
                                  refusals.push_back(refusal.code());
                                }});
  service_.SetAdmission(grpc::UNAUTHENTICATED);
  EXPECT_FALSE(client.Report(Event(15, "a")).ok());
  service_.SetAdmission(grpc::PERMISSION_DENIED);
  EXPECT_FALSE(client.ReportBatch({}).ok());
  service_.SetAdmission(grpc::UNAVAILABLE);
  EXPECT_FALSE(client.Report(Event(15, "a")).ok());
  EXPECT_THAT(refusals, testing::ElementsAre(absl::StatusCode::kUnauthenticated,
                                             absl::StatusCode::kPermissionDenied));
}

TEST_F(DeliveryTest, EventJoinsThoseOfItsCallThatWait) {  // O7
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Deliver(Event(15, "a"));
  service_.RecordEverything();
  EXPECT_TRUE(Deliver(Event(15, "b")).queued);
  EXPECT_FALSE(Deliver(Event(16, "c")).queued);
  delivery_.Start();
  WaitUntilDrained();
  EXPECT_THAT(service_.recorded(), ElementsAre("c", "a", "b"));
}

TEST_F(DeliveryTest, CallsWithoutANumberAreTheProvidersCalls) {  // O7
  service_.AnswerAlways(grpc::UNAVAILABLE);
  auto request = Event(15, "a");
  request.set_parent("calls/-");
  request.mutable_event()->set_provider_call_id("v-1");
  Deliver(request);
  service_.RecordEverything();
  EXPECT_TRUE(Deliver(request).queued);
  request.mutable_event()->set_provider_call_id("v-2");
  EXPECT_FALSE(Deliver(request).queued);
}

TEST_F(DeliveryTest, EventThatComesWhileAnotherOfItsCallIsOnItsWayWaitsForIt) {  // O7
  absl::Notification arrived;
  absl::Notification go_on;
  service_.SetAnswer([&](const v1::ReportCallEventRequest& request) {
    if (request.event_id() != "a") return grpc::Status::OK;
    arrived.Notify();
    go_on.WaitForNotification();
    return grpc::Status(grpc::UNAVAILABLE, "no");
  });
  const Handed first = Report(Event(15, "a"));
  delivery_.Flush();
  arrived.WaitForNotification();
  const Handed second = Report(Event(15, "b"));
  const Handed third = Report(Event(15, "c"));
  delivery_.Flush();
  go_on.Notify();
  for (const Handed& handed : {first, second, third}) EXPECT_TRUE(handed.Wait().queued);
  EXPECT_THAT(service_.recorded(), IsEmpty());
  service_.RecordEverything();
  delivery_.Start();
  WaitUntilDrained();
  EXPECT_THAT(service_.recorded(), ElementsAre("a", "b", "c"));
}

TEST_F(DeliveryTest, EventsOfOneCallAreNeverOnTheirWayTogether) {  // O7
  absl::Notification go_on;
  service_.SetAnswer([&](const v1::ReportCallEventRequest& request) {
    if (request.event_id() == "a") go_on.WaitForNotification();
    return grpc::Status::OK;
  });
  const std::vector<Handed> handed = {Report(Event(15, "a")), Report(Event(15, "b")),
                                      Report(Event(15, "c"))};
  delivery_.Flush();
  go_on.Notify();
  for (const Handed& one : handed) EXPECT_TRUE(one.Wait().response.ok());
  EXPECT_THAT(service_.recorded(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(service_.calls(), 3);
}

TEST_F(DeliveryTest, EventsOfOtherCallsGoTogetherAndNeedNoThread) {
  std::vector<Handed> handed;
  for (int call = 1; call <= 3; ++call) handed.push_back(Report(Event(call, absl::StrCat(call))));
  delivery_.Flush();
  for (const Handed& one : handed) EXPECT_TRUE(one.Wait().response.ok());
  EXPECT_EQ(service_.calls(), 1);
  EXPECT_EQ(threads_.count(), 0u);
}

TEST_F(DeliveryTest, EventsOfOtherCallsNeedNoThreadWhileOneWaits) {  // U1
  service_.AnswerAlways(grpc::NOT_FOUND);
  ASSERT_TRUE(Deliver(Event(15, "a")).queued);
  service_.RecordEverything();
  const std::size_t before = threads_.count();
  EXPECT_TRUE(Deliver(Event(16, "b")).response.ok());
  EXPECT_EQ(threads_.count(), before);
  EXPECT_TRUE(Deliver(Event(15, "c")).queued);  // O7
  EXPECT_GT(threads_.count(), before);
}

TEST_F(DeliveryTest, RequestThatFailsLeavesEachOfItsEventsInTheSpool) {  // FT6
  service_.SetAdmission(grpc::UNAVAILABLE);
  std::vector<Handed> handed;
  for (int call = 1; call <= 3; ++call) handed.push_back(Report(Event(call, absl::StrCat(call))));
  delivery_.Flush();
  for (const Handed& one : handed) EXPECT_TRUE(one.Wait().queued);
  EXPECT_EQ(spool_->pending(), 3);
}

TEST_F(DeliveryTest, RequestThatIsRefusedCostsOnlyWhoseFaultItIs) {
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    if (request.event_id() == "2") return grpc::Status(grpc::INVALID_ARGUMENT, "no");
    return grpc::Status::OK;
  });
  service_.RefuseBatches(grpc::INVALID_ARGUMENT);
  std::vector<Handed> handed;
  for (int call = 1; call <= 3; ++call) handed.push_back(Report(Event(call, absl::StrCat(call))));
  delivery_.Flush();
  EXPECT_TRUE(handed[0].Wait().response.ok());
  EXPECT_TRUE(absl::IsInvalidArgument(handed[1].Wait().response.status()));
  EXPECT_TRUE(handed[2].Wait().response.ok());
  EXPECT_EQ(DeadLetters().size(), 1u);
}

TEST_F(DeliveryTest, DeadServiceIsAskedNoMoreAfterAFewFailures) {  // FT18
  service_.Stop();
  for (int call = 1; call <= 50; ++call) {
    EXPECT_TRUE(Deliver(Event(call, absl::StrCat("e", call))).queued);
  }
  service_.RecordEverything();
  service_.Start();
  EXPECT_TRUE(Deliver(Event(51, "later")).queued);  // it does not try
  EXPECT_EQ(service_.calls(), 0);
}

TEST_F(DeliveryTest, WebhookThatIsRecordedShowsThatWhatFailsFailsByItself) {  // FT58
  service_.SetAnswer([](const v1::ReportCallEventRequest& request) {
    if (request.event_id() == "poison") return grpc::Status(grpc::UNAVAILABLE, "no");
    return grpc::Status::OK;
  });
  EXPECT_TRUE(Deliver(Event(15, "poison")).queued);
  now_ += absl::Seconds(1);
  EXPECT_TRUE(Deliver(Event(16, "b")).response.ok());
  delivery_.Start();
  WaitUntilDrained();
  ASSERT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(DeadLetters()[0].reason, kReasonRetriesExhausted);
}

TEST_F(DeliveryTest, FirstReceiptIsKeptThroughTheSpool) {  // O6
  service_.AnswerAlways(grpc::UNAVAILABLE);
  Deliver(Event(15, "a"));
  std::optional<v1::ReportCallEventRequest> seen;
  service_.SetAnswer([&](const v1::ReportCallEventRequest& request) {
    seen = request;
    return grpc::Status::OK;
  });
  now_ += absl::Hours(1);
  delivery_.Start();
  WaitUntilDrained();
  delivery_.Stop();
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->event().SerializeAsString(), Event(15, "a").event().SerializeAsString());
}

TEST_F(DeliveryTest, FullDiskIsUnavailableAndHealsByItself) {  // FT7
  service_.AnswerAlways(grpc::UNAVAILABLE);
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit full = before;
  full.rlim_cur = 4096;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const Delivered refused = Deliver(Event(15, "a"));
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_FALSE(refused.queued);
  EXPECT_TRUE(absl::IsUnavailable(refused.response.status()));
  EXPECT_EQ(spool_->pending(), 0);
  EXPECT_TRUE(Deliver(Event(15, "a")).queued);
}

TEST_F(DeliveryTest, MalformedBodyIsKeptWhole) {
  delivery_.KeepMalformed("{\"x\":", absl::InvalidArgumentError("Malformed JSON"), now_);
  ASSERT_EQ(DeadLetters().size(), 1u);
  const auto letter = spool_->dead_letters().Get(DeadLetters()[0].id);
  ASSERT_TRUE(letter.ok());
  EXPECT_EQ(letter->payload, "{\"x\":");
  EXPECT_EQ(letter->form, persistence::spool::kBodyForm);
  EXPECT_EQ(letter->reason, kReasonMalformed);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
