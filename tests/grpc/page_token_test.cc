#include "services/grpc/page_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "services/base/limits.h"
#include "tests/domain/events.h"

namespace autopulse::callevents::rpc {
namespace {

using domain::At;
using testing::StartsWith;

TEST(PageTokenTest, APageHasFiftyElementsUnlessMoreAreWantedButNeverAboveAThousand) {
  EXPECT_EQ(PageSize(0).value(), 50);
  EXPECT_EQ(PageSize(1).value(), 1);
  EXPECT_EQ(PageSize(1000).value(), 1000);
  EXPECT_EQ(PageSize(1001).value(), 1000);
  const absl::Status refused = PageSize(-1).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), StartsWith("page_size: "));
}

TEST(PageTokenTest, APositionReadsBack) {
  for (const std::optional<absl::Time> time :
       {std::optional<absl::Time>(), std::optional<absl::Time>(At(0.000001)),
        std::optional<absl::Time>(At(-1e10))}) {
    const std::string token = EncodePageToken("query", {.time = time, .id = 42});
    const core::CallPosition position = DecodePageToken("query", token).value();
    EXPECT_EQ(position.id, 42);
    EXPECT_EQ(position.time, time);
  }
}

TEST(PageTokenTest, TheTokenOfTheLargestFilterReadsBackAndALongerOneThanAnyIsRefused) {
  const std::string query =
      "calls\n" + std::string(base::kMaxFilterBytes, 'x') + "\n" + std::string(100, 'x');
  const core::CallPosition last{.time = At(1), .id = std::numeric_limits<std::int64_t>::max()};
  const std::string token = EncodePageToken(query, last);
  EXPECT_EQ(DecodePageToken(query, token).value().id, last.id);
  const std::string longer(2 * base::kMaxFilterBytes, 'x');
  const absl::Status refused = DecodePageToken(longer, EncodePageToken(longer, last)).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
}

TEST(PageTokenTest, ATokenIsSafeInAUrl) {
  const std::string token = EncodePageToken("ÿþ?>~", {.time = At(1), .id = 1});
  EXPECT_EQ(token.find_first_of("+/ \n"), std::string::npos);
}

TEST(PageTokenTest, ATokenOfAnotherQueryIsRefused) {
  const std::string token = EncodePageToken("calls\na\n", {.time = std::nullopt, .id = 42});
  const absl::Status refused = DecodePageToken("calls\nb\n", token).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), StartsWith("page_token: "));
}

TEST(PageTokenTest, WhatIsNoTokenIsRefused) {
  for (const char* token : {"x", "not base64!", "AAAA", "////", "42"}) {
    EXPECT_EQ(DecodePageToken("query", token).status().code(), absl::StatusCode::kInvalidArgument)
        << token;
    EXPECT_EQ(DecodeResumeToken(token).status().code(), absl::StatusCode::kInvalidArgument)
        << token;
  }
}

TEST(PageTokenTest, AResumeTokenReadsBack) {
  EXPECT_EQ(DecodeResumeToken(EncodeResumeToken(0)).value(), 0);
  EXPECT_EQ(DecodeResumeToken(EncodeResumeToken(1'234'567)).value(), 1'234'567);
}

TEST(PageTokenTest, APageTokenIsNoResumeToken) {
  const std::string token = EncodePageToken("serviceRecords", {.time = std::nullopt, .id = 1});
  const absl::Status refused = DecodeResumeToken(token).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(refused.message()), StartsWith("resume_token: "));
  EXPECT_FALSE(DecodeResumeToken(EncodeResumeToken(-1)).ok());
}

}  // namespace
}  // namespace autopulse::callevents::rpc
