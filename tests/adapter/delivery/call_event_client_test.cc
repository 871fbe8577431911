#include "adapter/delivery/call_event_client.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

TEST(CallEventClientTest, SlowServiceRunsIntoTheDeadline) {
  absl::Notification release;
  RecordingService service;
  service.SetAnswer([&release](const auto&) {
    release.WaitForNotification();
    return grpc::Status::OK;
  });
  const CallEventClient impatient(
      {.channel = {.service = service.address()}, .deadline = absl::Milliseconds(50)});
  EXPECT_EQ(impatient.Report({}).status().code(), absl::StatusCode::kDeadlineExceeded);
  release.Notify();
}

}  // namespace
}  // namespace autopulse::callevents::adapter
