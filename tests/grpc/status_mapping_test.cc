#include "services/grpc/status_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::rpc {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(StatusMappingTest, OkIsOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(StatusMappingTest, WhatTheCallerCanDoSomethingAboutKeepsItsCodeAndMessage) {
  struct Row {
    absl::Status status;
    grpc::StatusCode code;
  };
  for (const Row& row :
       {Row{absl::InvalidArgumentError("why"), grpc::StatusCode::INVALID_ARGUMENT},
        Row{absl::NotFoundError("why"), grpc::StatusCode::NOT_FOUND},
        Row{absl::AlreadyExistsError("why"), grpc::StatusCode::ALREADY_EXISTS},
        Row{absl::AbortedError("why"), grpc::StatusCode::ABORTED},
        Row{absl::UnavailableError("why"), grpc::StatusCode::UNAVAILABLE},
        Row{absl::ResourceExhaustedError("why"), grpc::StatusCode::RESOURCE_EXHAUSTED}}) {
    const grpc::Status status = ToGrpcStatus(row.status);
    EXPECT_EQ(status.error_code(), row.code);
    EXPECT_EQ(status.error_message(), "why");
  }
}

TEST(StatusMappingTest, WhatIsOurFaultIsLoggedAndNotTold) {
  testing::internal::CaptureStderr();
  const grpc::Status status = ToGrpcStatus(absl::InternalError("table call has no column x"));
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(status.error_message(), Not(HasSubstr("column")));
  EXPECT_THAT(log, HasSubstr("table call has no column x"));
}

}  // namespace
}  // namespace autopulse::callevents::rpc
