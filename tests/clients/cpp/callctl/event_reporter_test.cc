#include "clients/cpp/callctl/event_reporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<v1::ReportCallEventRequest> Events(int count, std::size_t bytes_each = 0) {
  std::vector<v1::ReportCallEventRequest> events;
  for (int i = 0; i < count; ++i) {
    v1::ReportCallEventRequest& event = events.emplace_back();
    event.set_parent("calls/15");
    event.set_event_id(absl::StrCat("e", i));
    event.mutable_event()->mutable_end_of_call_report()->set_ended_reason(
        std::string(bytes_each, 'x'));
  }
  return events;
}

// What ReportSeveral returned and printed.
struct Report {
  absl::StatusOr<ExitCode> exit_code = ExitCode::kFailure;
  std::string out;
  std::string err;
};

Report ReportTo(const tests::FakeCallEventService& service,
                const std::vector<v1::ReportCallEventRequest>& events, bool terminal) {
  const client::CallEventsClient client(
      {.channel = {.service = service.address()}, .timeout = absl::Seconds(30)});
  std::ostringstream out;
  std::ostringstream err;
  Session session{
      .client = client, .in = std::cin, .out = out, .err = err, .shows_progress = terminal};
  Report report;
  report.exit_code = ReportSeveral(session, events);
  report.out = out.str();
  report.err = err.str();
  return report;
}

TEST(EventReporterTest, ABatchHasAtMost500Events) {
  EXPECT_EQ(BatchLength(Events(1200), 0), 500U);
  EXPECT_EQ(BatchLength(Events(1200), 1000), 200U);
}

TEST(EventReporterTest, ABatchFitsAMessage) { EXPECT_EQ(BatchLength(Events(10, 3 << 20), 0), 2U); }

TEST(EventReporterTest, AnEventThatFillsABatchGoesAlone) {
  EXPECT_EQ(BatchLength(Events(2, 9 << 20), 0), 1U);
}

TEST(EventReporterTest, ManyEventsGoInBatchesAndKeepTheirOrder) {
  tests::FakeCallEventService service;
  service.calls["calls/15"].set_name("calls/15");
  const Report report = ReportTo(service, Events(1200), /*terminal=*/false);
  ASSERT_TRUE(report.exit_code.ok()) << report.exit_code.status();
  EXPECT_EQ(*report.exit_code, ExitCode::kOk);
  EXPECT_THAT(service.batch_lengths(), ElementsAre(500, 500, 200));
  EXPECT_EQ(service.reports().back().event_id(), "e1199");
  EXPECT_EQ(report.err, "callctl: 1200 of 1200 events recorded, 0 failed\n");
}

TEST(EventReporterTest, AnAnswerFitsAMessageHoweverMuchTheCallHolds) {
  tests::FakeCallEventService service;
  service.calls["calls/15"].set_name("calls/15");
  service.calls["calls/15"].mutable_analysis()->set_summary(std::string(100'000, 'x'));
  const Report report = ReportTo(service, Events(500), /*terminal=*/false);
  ASSERT_TRUE(report.exit_code.ok()) << report.exit_code.status();
  EXPECT_EQ(report.err, "callctl: 500 of 500 events recorded, 0 failed\n");
}

TEST(EventReporterTest, ShowsProgressOnATerminal) {
  tests::FakeCallEventService service;
  service.calls["calls/15"];
  const Report report = ReportTo(service, Events(1000), /*terminal=*/true);
  EXPECT_THAT(report.err, HasSubstr("\r[###############...............] 500 of 1000 events"));
}

TEST(EventReporterTest, ShowsNoProgressForOneBatch) {
  tests::FakeCallEventService service;
  service.calls["calls/15"];
  EXPECT_THAT(ReportTo(service, Events(500), /*terminal=*/true).err, Not(HasSubstr("\r")));
}

TEST(EventReporterTest, SaysHowFarItCame) {
  tests::FakeCallEventService service;
  service.failure = {grpc::StatusCode::UNAVAILABLE, "busy"};
  const Report report = ReportTo(service, Events(2), /*terminal=*/false);
  EXPECT_TRUE(absl::IsUnavailable(report.exit_code.status()));
  EXPECT_EQ(report.err,
            "callctl: 0 of 2 events are through; reporting all of them again does no harm\n");
  EXPECT_EQ(report.out, "");
}

}  // namespace
}  // namespace autopulse::callevents::callctl
