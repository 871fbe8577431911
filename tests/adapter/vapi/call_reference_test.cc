#include "adapter/vapi/call_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/malformed.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

absl::StatusOr<std::string> ParentOf(absl::string_view body, const std::string& vapi_id = "") {
  const JsonTree tree = *ParseJson(body);
  ASSIGN_OR_RETURN(const Envelope envelope, OpenEnvelope(tree.root()));
  return FindCall(envelope, vapi_id);
}

absl::StatusOr<std::string> ParentOfId(absl::string_view id_json) {
  return ParentOf(absl::StrCat(R"({"message":{"type":"hangup","call_id":)", id_json, "}}"));
}

TEST(FindCallTest, SixPlacesAreReadInOrder) {  // E1, section A
  const std::string all =
      R"({"call_id":6,"message":{"type":"x","call_id":5,
          "call":{"metadata":{"call_id":4},"assistantOverrides":{"variableValues":{"call_id":1}}},
          "assistant":{"variableValues":{"call_id":2}},
          "artifact":{"variableValues":{"call_id":3}}}})";
  std::string body = all;
  for (int place = 1; place <= 6; ++place) {
    EXPECT_EQ(*ParentOf(body), absl::StrCat("calls/", place));
    const std::string key = absl::StrCat("\"call_id\":", place);
    body.replace(body.find(key), key.size(), "\"call_id\":null");
  }
  EXPECT_EQ(ParentOf(body).status().message(), "No call_id found");
}

TEST(FindCallTest, IntegersAndStringsOfDigitsAreIds) {  // E1
  EXPECT_EQ(*ParentOfId("15"), "calls/15");
  EXPECT_EQ(*ParentOfId("\"15\""), "calls/15");
  EXPECT_EQ(*ParentOfId("\"0000000000000000000000015\""), "calls/15");
  EXPECT_EQ(*ParentOfId("9223372036854775807"), "calls/9223372036854775807");
}

TEST(FindCallTest, AnythingElseIsNoIdAndIsNamed) {  // E1
  for (const char* id : {"15.7",
                         "15.0",
                         "1e1",
                         "0",
                         "-15",
                         "\"\"",
                         "\" 15\"",
                         "\"15 OR 1=1\"",
                         "\"15;DROP\"",
                         "\"+15\"",
                         "\"1_5\"",
                         "\"٣\"",
                         "\"0x0f\"",
                         "true",
                         "[]",
                         "{}",
                         "[15]",
                         "9223372036854775808",
                         "\"99999999999999999999\"",
                         "\"15\\u0000\""}) {
    const absl::Status status = ParentOfId(id).status();
    EXPECT_EQ(status.message(), "No call_id found") << id;
    EXPECT_EQ(MalformedPath(status), "message.call_id") << id;
    EXPECT_THAT(MalformedDetail(status), testing::HasSubstr("must be an integer")) << id;
  }
}

TEST(FindCallTest, WrongFirstPlaceIsNotPassedOver) {  // E1
  EXPECT_FALSE(ParentOf(R"({"message":{"type":"x","call_id":5,
      "call":{"assistantOverrides":{"variableValues":{"call_id":"five"}}}}})")
                   .ok());
}

TEST(FindCallTest, WithoutAnIdTheProvidersOneIsAsked) {  // O5, section A
  EXPECT_EQ(*ParentOf(R"({"message":{"type":"x"}})", "vapi-7"), "calls/-");
  EXPECT_EQ(*ParentOf(R"({"message":{"type":"x","call_id":3}})", "vapi-7"), "calls/3");
}

TEST(FindCallTest, WithoutAWrapperTheTopLevelIsTheMessage) {
  EXPECT_EQ(*ParentOf(R"({"type":"x","call":{"metadata":{"call_id":"7"}}})"), "calls/7");
  EXPECT_EQ(MalformedPath(ParentOf(R"({"type":"x","call":{"metadata":{"call_id":[]}}})").status()),
            "call.metadata.call_id");
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
