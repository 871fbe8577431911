#include "clients/cpp/channel_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cpp/call_events_client.h"
#include "clients/cpp/channel_settings.h"
#include "tests/clients/cpp/fake_call_event_service.h"
#include "tests/wait_until.h"

namespace autopulse::callevents::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::FakeCallEventService;

constexpr int kRequests = 40;
constexpr char kNothingListens[] = "127.0.0.1:1";

CallEventsClient ClientOf(const std::string& services) {
  return CallEventsClient({.channel = {.service = services}, .timeout = absl::Seconds(30)});
}

// A service that knows `calls/15`.
std::unique_ptr<FakeCallEventService> NewService() {
  auto service = std::make_unique<FakeCallEventService>();
  service->calls["calls/15"];
  return service;
}

v1::ReportCallEventRequest Report() {
  v1::ReportCallEventRequest request;
  request.set_parent("calls/15");
  request.set_event_id("e");
  return request;
}

grpc::Status Unavailable() { return {grpc::StatusCode::UNAVAILABLE, "the database is away"}; }

TEST(ChannelPoolTest, RequestsTakeTurns) {
  const auto first = NewService();
  const auto second = NewService();
  const CallEventsClient client = ClientOf(absl::StrCat(first->address(), ",", second->address()));
  const auto send = [&client] {
    const auto response = client.ReportCallEvent(Report());
    EXPECT_TRUE(response.ok()) << response.status();
  };
  WaitUntil(
      [&] {
        send();
        return !first->reports().empty() && !second->reports().empty();
      },
      "both are connected");
  const std::size_t of_first = first->reports().size();
  const std::size_t of_second = second->reports().size();
  for (std::size_t pair = 1; pair <= kRequests / 2; ++pair) {
    send();
    send();
    ASSERT_EQ(first->reports().size(), of_first + pair);
    ASSERT_EQ(second->reports().size(), of_second + pair);
  }
}

TEST(ChannelPoolTest, AServiceThatIsNotThereIsPassedOver) {
  const auto service = NewService();
  const CallEventsClient client = ClientOf(absl::StrCat(kNothingListens, ",", service->address()));
  for (int i = 0; i < kRequests; ++i) {
    const auto response = client.ReportCallEvent(Report());
    ASSERT_TRUE(response.ok()) << response.status();
  }
}

TEST(ChannelPoolTest, AServiceThatGoesAwayCostsNoRequest) {
  const auto stays = NewService();
  std::unique_ptr<FakeCallEventService> goes = NewService();
  const CallEventsClient client = ClientOf(absl::StrCat(goes->address(), ",", stays->address()));
  WaitUntil(
      [&] {
        EXPECT_TRUE(client.ReportCallEvent(Report()).ok());
        return !goes->reports().empty();
      },
      "it is connected");
  goes.reset();
  for (int i = 0; i < kRequests; ++i) {
    const auto response = client.ReportCallEvent(Report());
    ASSERT_TRUE(response.ok()) << response.status();
  }
}

TEST(ChannelPoolTest, WhatOneServiceCannotTakeGoesToTheNext) {
  const auto takes = NewService();
  const auto refuses = NewService();
  refuses->failure = Unavailable();
  const CallEventsClient client = ClientOf(absl::StrCat(refuses->address(), ",", takes->address()));
  for (int i = 0; i < kRequests; ++i) EXPECT_TRUE(client.ReportCallEvent(Report()).ok());
}

TEST(ChannelPoolTest, IfNoneCanTakeItTheReasonIsReturned) {
  const auto first = NewService();
  const auto second = NewService();
  first->failure = second->failure = Unavailable();
  const CallEventsClient client = ClientOf(absl::StrCat(first->address(), ",", second->address()));
  EXPECT_EQ(client.ReportCallEvent(Report()).status(),
            absl::UnavailableError("the database is away"));
}

TEST(ChannelPoolTest, ACreationThatMayHaveHappenedIsNotRepeated) {
  const auto takes = NewService();
  const auto refuses = NewService();
  refuses->failure = Unavailable();
  const CallEventsClient client = ClientOf(absl::StrCat(refuses->address(), ",", takes->address()));
  int failures = 0;
  for (int i = 0; i < kRequests; ++i) {
    if (!client.CreateServiceRecord({}).ok()) ++failures;
  }
  EXPECT_GT(failures, 0);
  v1::CreateServiceRecordRequest request;
  request.set_request_id("3f2a5c1e-0000-4000-8000-000000000000");
  for (int i = 0; i < kRequests; ++i) EXPECT_TRUE(client.CreateServiceRecord(request).ok());
}

TEST(ChannelPoolTest, ACreationGoesToAServiceThatIsThere) {
  const auto service = NewService();
  for (int i = 0; i < kRequests; ++i) {  // each begins with one of the two, at random
    const CallEventsClient client =
        ClientOf(absl::StrCat(kNothingListens, ",", service->address()));
    const auto response = client.CreateServiceRecord({});
    ASSERT_TRUE(response.ok()) << response.status();
  }
}

TEST(ChannelPoolTest, AListHoldsAddressesOfAnyKind) {
  const std::string list =
      "10.0.0.1:50051,service-2.internal:1,[::1]:65535,unix:/run/a.sock,dns:///calls.internal:7,"
      "ipv4:10.0.0.2:50051";
  const auto addresses = ReadServiceList(list);
  ASSERT_TRUE(addresses.ok()) << addresses.status();
  EXPECT_THAT(*addresses,
              ElementsAre("10.0.0.1:50051", "service-2.internal:1", "[::1]:65535",
                          "unix:/run/a.sock", "dns:///calls.internal:7", "ipv4:10.0.0.2:50051"));
}

TEST(ChannelPoolTest, AnAddressThatIsNoneIsNamed) {
  for (const std::string wrong : {"", "localhost", ":50051", "localhost:", "localhost:0", "a b:1",
                                  "localhost:65536", "localhost:http", "unix:", "::1:50051"}) {
    const absl::Status status = ReadServiceList(absl::StrCat("a:1,", wrong, ",b:1")).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << wrong;
    EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("'", wrong, "' is no address")));
  }
  EXPECT_FALSE(ReadServiceList("").ok());
  EXPECT_THAT(ReadServiceList("a:1,b:1,a:1").status().message(), HasSubstr("'a:1' is there twice"));
}

TEST(ChannelPoolTest, ASettingThatIsNoListIsRefusedByItsName) {
  const absl::Status status = ReadChannelSettings("a:1,b", {}).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(status.message(), HasSubstr("--service: 'b' is no address"));
}

}  // namespace
}  // namespace autopulse::callevents::client
