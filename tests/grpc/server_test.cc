#include "services/grpc/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "clients/cpp/call_events_client.h"
#include "tests/grpc/raw_stream.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::HasSubstr;

constexpr char kService[] = "autopulse.callevents.v1.CallEventService";

// grpc.health.v1.HealthCheckRequest{service}, and its answers.
std::string HealthOf(const std::string& service) {
  return absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
}
constexpr char kServing[] = "\x08\x01";
constexpr char kNotServing[] = "\x08\x02";

TEST(ServerTest, ItListensOnAPortOfItsOwn) {
  const ServedApi first;
  const ServedApi second;
  EXPECT_NE(first.address(), "127.0.0.1:0");
  EXPECT_NE(first.address(), second.address());
}

TEST(ServerTest, APortThatIsTakenIsRefusedInASentence) {
  ServedApi api;
  CallEventService another({.store = api.store,
                            .lanes = api.lanes,
                            .registrar = api.registrar,
                            .eraser = api.eraser,
                            .feed = api.feed,
                            .workers = api.workers,
                            .rules = {},
                            .clock = base::SystemClock()});
  const absl::Status status =
      Server::Start(another, api.gatekeeper, {.listen = {api.address()}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(api.address()));
}

TEST(ServerTest, ItsServicesCanBeListedByReflection) {
  ServedApi api;
  RawStream reflection(api.channel,
                       "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                       "\x3a\x01*");  // ServerReflectionRequest{list_services: "*"}
  const std::optional<std::string> services = reflection.Read();
  ASSERT_TRUE(services.has_value());
  EXPECT_THAT(*services, HasSubstr(kService));
  EXPECT_THAT(*services, HasSubstr("grpc.health.v1.Health"));
}

TEST(ServerTest, AWatchThatIsNoMessageIsRefused) {
  ServedApi api;
  RawStream watch(api.channel, absl::StrCat("/", kService, "/WatchCalls"), "\xff\xff");
  const grpc::Status status = watch.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "the request is no WatchCallsRequest");
}

TEST(ServerTest, ItIsServingByItselfAndByName) {
  ServedApi api;
  for (const char* service : {"", kService}) {
    RawStream health(api.channel, "/grpc.health.v1.Health/Check", HealthOf(service));
    EXPECT_EQ(health.Read(), kServing) << service;
  }
}

TEST(ServerTest, ItSaysNotServingWhenItStops) {
  ServedApi api;
  std::thread stopping;
  {
    RawStream health(api.channel, "/grpc.health.v1.Health/Watch", HealthOf(kService));
    EXPECT_EQ(health.Read(), kServing);
    stopping = std::thread([&] { api.Stop(); });
    EXPECT_EQ(health.Read(), kNotServing);
  }
  stopping.join();
}

TEST(ServerTest, OfTheServiceItSaysWhetherEventsCanBeRecorded) {  // FT8
  ServedApi api;
  RawStream watch(api.channel, "/grpc.health.v1.Health/Watch", HealthOf(kService));
  EXPECT_EQ(watch.Read(), kServing);
  for (const bool ready : {false, true}) {
    api.server->SetReady(ready);
    EXPECT_EQ(watch.Read(), ready ? kServing : kNotServing);
    RawStream check(api.channel, "/grpc.health.v1.Health/Check", HealthOf(kService));
    EXPECT_EQ(check.Read(), ready ? kServing : kNotServing);
    RawStream process(api.channel, "/grpc.health.v1.Health/Check", HealthOf(""));
    EXPECT_EQ(process.Read(), kServing);
  }
}

TEST(ServerTest, ReadsAreServedWhileEventsCannotBeRecorded) {  // FT8
  ServedApi api;
  api.RegisterCall();
  api.server->SetReady(false);
  // By the clients' own channel, which does not ask for health.
  const client::CallEventsClient client({.channel = {.service = api.address()}});
  EXPECT_EQ(client.GetCall(FromText<v1::GetCallRequest>("name: 'calls/15'")).status(),
            absl::OkStatus());
}

// Stops with a patience of 30 s, of which nothing is needed.
void StopAtOnce(ServedApi& api) {
  const absl::Time before = absl::Now();
  api.Stop();
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));
}

TEST(ServerTest, WatchedHealthEndsAtOnceWhenItStopsWhileNotReady) {
  ServedApi api;
  api.server->SetReady(false);
  RawStream health(api.channel, "/grpc.health.v1.Health/Watch", HealthOf(kService));
  EXPECT_EQ(health.Read(), kNotServing);
  StopAtOnce(api);
  EXPECT_EQ(health.Read(), std::nullopt);
}

TEST(ServerTest, WatchedHealthEndsAtOnceWhenItStops) {
  ServedApi api;
  RawStream health(api.channel, "/grpc.health.v1.Health/Watch", HealthOf(kService));
  EXPECT_EQ(health.Read(), kServing);
  StopAtOnce(api);
  EXPECT_EQ(health.Read(), kNotServing);
  EXPECT_EQ(health.Read(), std::nullopt);
}

TEST(ServerTest, HealthOfAServiceThatItDoesNotHaveIsUnknown) {
  ServedApi api;
  RawStream check(api.channel, "/grpc.health.v1.Health/Check", HealthOf("other"));
  EXPECT_EQ(check.Read(), std::nullopt);
  RawStream watch(api.channel, "/grpc.health.v1.Health/Watch", HealthOf("other"));
  EXPECT_EQ(watch.Read(), "\x08\x03");
}

TEST(ServerTest, WhatIsInFlightIsFinishedBeforeItStops) {
  ServedApi api;
  api.RegisterCall();
  absl::Notification reached;
  absl::Notification let_go;
  // The only thread of the lane waits here, and the report behind it.
  api.lanes.Submit({}, [&](const absl::StatusOr<core::Receipt>&) {
    reached.Notify();
    let_go.WaitForNotification();
  });
  reached.WaitForNotification();
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  const auto request = ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING);
  v1::ReportCallEventResponse response;
  absl::Notification answered;
  grpc::Status status;
  api.stub->async()->ReportCallEvent(&context, &request, &response, [&](grpc::Status result) {
    status = std::move(result);
    answered.Notify();
  });
  std::thread stopping;
  {
    RawStream health(api.channel, "/grpc.health.v1.Health/Watch", HealthOf(kService));
    EXPECT_EQ(health.Read(), kServing);
    stopping = std::thread([&] { api.Stop(); });
    EXPECT_EQ(health.Read(), kNotServing);
  }
  EXPECT_FALSE(answered.HasBeenNotified());
  let_go.Notify();
  answered.WaitForNotification();
  stopping.join();
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.call().status(), v1::CALL_STATUS_RINGING);
}

TEST(ServerTest, WhatNobodyWaitsForAnyMoreIsNotDone) {
  ServedApi api;
  absl::Notification let_go;
  absl::Notification end;
  api.workers.Add([&] { let_go.WaitForNotification(); });
  api.workers.Add([&] { end.WaitForNotification(); });  // so that one thread does all in turn
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(100)));
  v1::CreateServiceRecordResponse created;
  EXPECT_EQ(api.stub
                ->CreateServiceRecord(&context,
                                      FromText<v1::CreateServiceRecordRequest>(
                                          "service_record {} service_record_id: '9'"),
                                      &created)
                .error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  // What comes behind it on the connection is answered: so the server knows.
  RawStream check(api.channel, "/grpc.health.v1.Health/Check", HealthOf(kService));
  EXPECT_EQ(check.Read(), kServing);
  let_go.Notify();
  v1::GetServiceRecordResponse found;
  EXPECT_EQ(api.Call(&v1::CallEventService::Stub::GetServiceRecord,
                     FromText<v1::GetServiceRecordRequest>("name: 'serviceRecords/9'"), &found)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
  end.Notify();
}

TEST(ServerTest, OnceStoppedItTakesNothingNew) {
  ServedApi api;
  api.Stop();
  v1::GetCallResponse response;
  EXPECT_EQ(api.Call(&v1::CallEventService::Stub::GetCall,
                     FromText<v1::GetCallRequest>("name: 'calls/15'"), &response)
                .error_code(),
            grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace autopulse::callevents::rpc
