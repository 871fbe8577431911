#include "services/grpc/resource_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/base/limits.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

TEST(ResourceNameTest, NamesAreWrittenAsTheApiSays) {
  EXPECT_EQ(CallName(15), "calls/15");
  EXPECT_EQ(CallEventName(15, "3f2a"), "calls/15/events/3f2a");
  EXPECT_EQ(TranscriptEntryName(15, 7), "calls/15/transcriptEntries/7");
  EXPECT_EQ(ServiceRecordName(9), "serviceRecords/9");
}

TEST(ResourceNameTest, NamesReadBack) {
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{15}, kLargest}) {
    EXPECT_EQ(ParseCallName("name", CallName(id)).value(), id);
    EXPECT_EQ(ParseServiceRecordName("name", ServiceRecordName(id)).value(), id);
    const core::EventKey key = ParseCallEventName("name", CallEventName(id, "a-b_C")).value();
    EXPECT_EQ(key.call_id, id);
    EXPECT_EQ(key.event_id, "a-b_C");
  }
}

TEST(ResourceNameTest, OnlyOneSpellingOfAnIdIsRead) {
  for (const char* id : {"", "0", "-1", "+1", "01", " 1", "1 ", "1.0", "0x1", "1e3", "-", "abc",
                         "9223372036854775808", "99999999999999999999", "\xd9\xa1"}) {
    EXPECT_EQ(ParseId("call_id", id).status().code(), absl::StatusCode::kInvalidArgument) << id;
    EXPECT_FALSE(ParseCallName("name", std::string("calls/") + id).ok()) << id;
  }
  EXPECT_EQ(ParseId("call_id", "9223372036854775807").value(), kLargest);
}

TEST(ResourceNameTest, AnIdThatWouldUseUpThoseThatAreGivenIsNotChosen) {
  for (const std::int64_t id : {base::kLargestChosenCountedId, base::kLargestCountedId + 1}) {
    EXPECT_EQ(ParseId("call_id", absl::StrCat(id)).value(), id);
  }
  for (const std::int64_t id : {base::kLargestChosenCountedId + 1, base::kLargestCountedId}) {
    const absl::Status refused = ParseId("call_id", absl::StrCat(id)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << id;
    EXPECT_THAT(std::string(refused.message()),
                AllOf(StartsWith("call_id: "), HasSubstr("4611685018427387903")));
    EXPECT_EQ(ParseCallName("name", CallName(id)).value(), id) << "it may have been given";
  }
}

TEST(ResourceNameTest, ANameOfAnotherFormIsRefused) {
  for (const char* name : {"", "15", "calls", "calls/", "call/15", "Calls/15", "/calls/15",
                           "calls/15/", "calls/15/events", "serviceRecords/15"}) {
    EXPECT_FALSE(ParseCallName("name", name).ok()) << name;
  }
  for (const char* name : {"calls/15", "calls/15/events/", "calls/15/event/a", "calls/x/events/a",
                           "calls/-/events/a", "15/events/a"}) {
    EXPECT_FALSE(ParseCallEventName("name", name).ok()) << name;
  }
  EXPECT_FALSE(ParseServiceRecordName("name", "calls/9").ok());
}

TEST(ResourceNameTest, AnEventIdIsNoLongerThanOneThatIsTaken) {  // O1
  const std::string longest(base::kMaxEventIdLength, 'e');
  EXPECT_EQ(ParseCallEventName("name", CallEventName(15, longest)).value().event_id, longest);
  const absl::Status refused =
      ParseCallEventName("name", CallEventName(15, longest + "e")).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
}

TEST(ResourceNameTest, AMessageNamesTheFieldAndTheValueWithoutControlCharacters) {
  const absl::Status refused = ParseCallName("parent", "calls/\n15").status();
  EXPECT_THAT(std::string(refused.message()), StartsWith("parent: 'calls/\\n15'"));
  const absl::Status long_one = ParseId("call_id", std::string(10'000, '7')).status();
  EXPECT_LT(long_one.message().size(), 300u);
  EXPECT_THAT(std::string(long_one.message()), HasSubstr("call_id"));
}

TEST(ResourceNameTest, TheWildcardIsReadOnlyWhereItMayStand) {  // U1
  EXPECT_EQ(ParseCallNameOrWildcard("parent", "calls/-").value(), std::nullopt);
  EXPECT_EQ(ParseCallNameOrWildcard("parent", "calls/15").value(), 15);
  EXPECT_FALSE(ParseCallNameOrWildcard("parent", "calls/--").ok());
  EXPECT_FALSE(ParseCallName("parent", "calls/-").ok());
}

}  // namespace
}  // namespace autopulse::callevents::rpc
