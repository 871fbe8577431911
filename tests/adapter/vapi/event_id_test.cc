#include "adapter/vapi/event_id.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "adapter/json/json_parser.h"
#include "tests/adapter/vapi/translation_text.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'756'804'500'123'999);

EventIdentity Identity() {
  return {.provider_call_id = "6f0f7a52",
          .type = "status-update",
          .word = "ringing",
          .event_time = kTime,
          .message = {}};
}

std::string IdOfMessage(absl::string_view message) {
  const JsonTree tree = *ParseJson(message);
  return EventId({.provider_call_id = "6f0f7a52",
                  .type = "end-of-call-report",
                  .word = "voicemail",
                  .event_time = std::nullopt,
                  .message = tree.root()});
}

TEST(EventIdTest, FormatIsPinned) {  // O1
  // printf '1:18:6f0f7a5213:status-update7:ringing13:1756804500123' | openssl dgst -sha256 -binary
  // |
  //   basenc --base64url
  EXPECT_EQ(EventId(Identity()), "9xpLmmv2n6YzCB71egUYDHrMYkxnyyqinooEkfIMMhw");
  // The message is `{s1:as1:xs1:bn3:1.5s1:c[tz]}`, hashed in the same way.
  EXPECT_EQ(IdOfMessage(R"({"b":1.5,"a":"x","c":[true,null]})"),
            "_uZrRcpvAf5gcYEJ42u9vNzddifJ6PsaBD-K0_uG0ys");
}

TEST(EventIdTest, IsWhatTheApiTakes) {  // O1
  const std::string id = EventId(Identity());
  EXPECT_EQ(id.size(), 43u);
  EXPECT_EQ(
      id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
}

TEST(EventIdTest, EveryPartCounts) {  // O1
  std::set<std::string> ids = {EventId(Identity())};
  EventIdentity identity = Identity();
  identity.provider_call_id = "";
  ids.insert(EventId(identity));
  identity = Identity();
  identity.type = "call.started";
  ids.insert(EventId(identity));
  identity = Identity();
  identity.word = "ended";
  ids.insert(EventId(identity));
  identity = Identity();
  identity.event_time = kTime + absl::Milliseconds(1);
  ids.insert(EventId(identity));
  identity = Identity();
  identity.event_time = std::nullopt;
  ids.insert(EventId(identity));
  EXPECT_EQ(ids.size(), 6u);
}

TEST(EventIdTest, PartsDoNotRunIntoEachOther) {  // O1
  EventIdentity left = Identity();
  left.type = "ab";
  left.word = "c";
  EventIdentity right = Identity();
  right.type = "a";
  right.word = "bc";
  EXPECT_NE(EventId(left), EventId(right));
}

TEST(EventIdTest, TimeCountsInWholeMilliseconds) {  // O1
  EventIdentity identity = Identity();
  identity.event_time = absl::FromUnixMillis(1'756'804'500'123);
  EXPECT_EQ(EventId(identity), EventId(Identity()));
}

TEST(EventIdTest, WithoutATimeUrlsDoNotCount) {  // O1
  const std::string first = IdOfMessage(
      R"({"artifact":{"recordingUrl":"https://a.example.invalid/1?sig=1","list":["wss://x/1",2],
          "presignedUrlsExpiresAt":"2025-01-01T00:00:00Z"},"cost":1})");
  EXPECT_EQ(first, IdOfMessage(R"({"cost":1,"artifact":{
      "presignedUrlsExpiresAt":17,"list":["s3+x.y-z://other",2],"recordingUrl":"http://b/2"}})"));
  EXPECT_EQ(first, IdOfMessage(R"({"cost":1,"artifact":{"list":[2]}})"));
}

TEST(EventIdTest, WithoutATimeEverythingElseCounts) {  // O1
  const std::set<std::string> ids = {
      IdOfMessage(R"({"a":"1"})"),       IdOfMessage(R"({"a":1})"),
      IdOfMessage(R"({"a":1.0})"),       IdOfMessage(R"({"a":null})"),
      IdOfMessage(R"({"a":false})"),     IdOfMessage(R"({"a":[]})"),
      IdOfMessage(R"({"a":{}})"),        IdOfMessage(R"({})"),
      IdOfMessage(R"({"a":"://x"})"),    IdOfMessage(R"({"a":"see https://x"})"),
      IdOfMessage(R"({"a":"1ab://x"})"), IdOfMessage(R"({"a":[[],1]})"),
      IdOfMessage(R"({"a":[[1]]})"),     IdOfMessage(R"({"a":"","b":""})"),
      IdOfMessage(R"({"a":"s1:b"})"),
  };
  EXPECT_EQ(ids.size(), 15u);
}

std::string HangBody(absl::string_view type, absl::string_view reason) {
  return absl::StrCat(R"({"message":{"type":")", type, R"(","timestamp":1756804500000,"reason":")",
                      reason, R"(","call":{"id":"v"},"call_id":1}})");
}

TEST(EventIdTest, HangAndHangupAreTwoEvents) {  // O1, V2
  EXPECT_NE(RequestOf(HangBody("hang", "x")).event_id(),
            RequestOf(HangBody("hangup", "x")).event_id());
  EXPECT_NE(RequestOf(HangBody("hangup", "y")).event_id(),
            RequestOf(HangBody("hangup", "x")).event_id());
}

TEST(EventIdTest, RedeliveryOfAReportWithOtherUrlsIsTheSameEvent) {  // O1
  const auto report = [](absl::string_view url, absl::string_view more) {
    return absl::StrCat(R"({"message":{"type":"end-of-call-report","call_id":1,"endedReason":"x",)",
                        more, R"("artifact":{"recordingUrl":")", url, R"("}}})");
  };
  constexpr absl::string_view kTimestamp = R"("timestamp":1756804500000,)";
  EXPECT_EQ(RequestOf(report("https://a/1", kTimestamp)).event_id(),
            RequestOf(report("https://a/2", kTimestamp)).event_id());
  EXPECT_EQ(RequestOf(report("https://a/1", "")).event_id(),
            RequestOf(report("https://a/2", "")).event_id());
  EXPECT_NE(RequestOf(report("https://a/1", kTimestamp)).event_id(),
            RequestOf(report("https://a/1", R"("timestamp":1756804500001,)")).event_id());
  EXPECT_NE(RequestOf(report("https://a/1", "")).event_id(),
            RequestOf(report("https://a/1", R"("cost":1,)")).event_id());
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
