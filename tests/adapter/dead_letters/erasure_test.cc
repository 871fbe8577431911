#include "adapter/dead_letters/erasure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "tests/adapter/delivery/spooling.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::kBodyForm;
using testing::HasSubstr;
using testing::Not;

class ErasureTest : public SpoolingTest {
 protected:
  static v1::ReportCallEventRequest EventOf(int call, const std::string& provider_id,
                                            const std::string& said) {
    v1::ReportCallEventRequest request = Event(call, said);
    request.mutable_event()->set_provider_call_id(provider_id);
    return request;
  }

  void Keep(const v1::ReportCallEventRequest& request) {
    ASSERT_TRUE(spool_
                    ->Append({.call = request.parent(),
                              .payload = request.SerializeAsString(),
                              .receive_time = now_,
                              .failures = {},
                              .due = now_})
                    .ok());
  }

  void Bury(const std::string& form, const std::string& payload) {
    persistence::spool::DeadLetter letter;
    letter.reason = "malformed";
    letter.form = form;
    letter.payload = payload;
    letter.create_time = now_;
    ASSERT_TRUE(spool_->dead_letters().Add(letter).ok());
  }

  std::pair<std::int64_t, std::int64_t> Erase(const std::string& call) {
    const auto erased = EraseCall(*spool_, call);
    EXPECT_TRUE(erased.ok()) << erased.status();
    return {erased.value_or(Erased()).events, erased.value_or(Erased()).dead_letters};
  }

  // All bytes of all files of the spool.
  std::string Bytes() const {
    std::string bytes;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      std::ifstream file(entry.path(), std::ios::binary);
      bytes.append(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return bytes;
  }
};

using Counts = std::pair<std::int64_t, std::int64_t>;

TEST_F(ErasureTest, NothingOfACallIsLeftInAnyFile) {  // FT60
  for (int i = 0; i < 300; ++i) {
    Keep(EventOf(15, "vapi-15", absl::StrCat("canary-", i)));
    Keep(EventOf(16, "vapi-16", absl::StrCat("other-", i)));
  }
  Bury(persistence::spool::kPendingForm, EventOf(15, "", "canary").SerializeAsString());
  Bury(kBodyForm, R"({"canary":1,"call_id" : "15")");
  Bury(kBodyForm, R"({"other":1,"call_id":155)");
  ASSERT_THAT(Bytes(), HasSubstr("canary"));
  EXPECT_EQ(Erase("15"), Counts(300, 2));
  EXPECT_THAT(Bytes(), Not(HasSubstr("canary")));
  EXPECT_THAT(Bytes(), HasSubstr("other-299"));
  EXPECT_EQ(spool_->pending(), 300);
  EXPECT_EQ(DeadLetters().size(), 1u);
  EXPECT_EQ(Erase("15"), Counts(0, 0));
}

TEST_F(ErasureTest, ANumberIsFoundHoweverJsonSpellsIt) {
  for (const char* id : {R"("call_id":15)", R"("call_id":"0015")", R"("call_id":"\u00315")",
                         R"("call\u005fid":15)", R"("call_id":0015)", R"("call_id":"00\u00315)"}) {
    Bury(kBodyForm, absl::StrCat(R"({"message":{"status":7,"call":{)", id, "}}}"));
  }
  for (const char* id : {R"("call_id":150)", R"("call_id":1.5e1)", R"("call_id":"0x15")",
                         R"("note":"\"call_id\":15")", R"("call_id":0150)"}) {
    Bury(kBodyForm, absl::StrCat(R"({"message":{"status":7,"call":{)", id, "}}}"));
  }
  EXPECT_EQ(Erase("15"), Counts(0, 5));
  EXPECT_EQ(DeadLetters().size(), 6u);
}

TEST_F(ErasureTest, AProvidersIdIsFoundHoweverJsonSpellsIt) {
  Bury(kBodyForm, R"({"call":{"id":"vapi\u002d1"}})");
  Bury(kBodyForm, R"({"\u0076api-1":{"said":"yes"}})");
  Bury(kBodyForm, R"({"call":{"id":"vapi-12"}})");
  EXPECT_EQ(Erase("vapi-1"), Counts(0, 2));
}

TEST_F(ErasureTest, CallIsKnownByTheProvidersIdToo) {
  Keep(EventOf(15, "vapi-1", "a"));
  Keep(EventOf(15, "vapi-2", "b"));  // dialled again
  Bury(kBodyForm, R"({"call":{"id":"vapi-1"})");
  Bury(kBodyForm, R"({"call":{"id":"vapi-12"})");
  EXPECT_EQ(Erase("vapi-1"), Counts(1, 1));
  EXPECT_EQ(spool_->pending(), 1);
}

TEST_F(ErasureTest, WithANumberGoWhatItsProvidersIdsName) {
  v1::ReportCallEventRequest early = EventOf(15, "vapi-1", "a");
  early.set_parent("calls/-");
  Keep(early);
  Keep(EventOf(15, "vapi-1", "b"));
  EXPECT_EQ(Erase("15"), Counts(2, 0));
}

TEST_F(ErasureTest, NoCallIsNotEveryCall) {
  Keep(EventOf(15, "", "a"));
  EXPECT_TRUE(absl::IsInvalidArgument(EraseCall(*spool_, "").status()));
  EXPECT_EQ(spool_->pending(), 1);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
