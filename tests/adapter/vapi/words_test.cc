#include "adapter/vapi/words.h"

#include <gtest/gtest.h>

#include "adapter/vapi/message_types.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

struct WordCase {
  const char* word;
  v1::CallStatus call_status;
};

TEST(WordsTest, StatusWordsOfTheDocumentMeanWhatItSays) {  // S1
  for (const WordCase& c : {WordCase{"queued", v1::CALL_STATUS_READY},
                            {"ringing", v1::CALL_STATUS_RINGING},
                            {"in-progress", v1::CALL_STATUS_IN_PROGRESS},
                            {"completed", v1::CALL_STATUS_COMPLETED},
                            {"failed", v1::CALL_STATUS_FAILED},
                            {"no-answer", v1::CALL_STATUS_MISSED},
                            {"busy", v1::CALL_STATUS_MISSED}}) {
    ASSERT_NE(FindStatusWord(c.word), nullptr) << c.word;
    EXPECT_EQ(FindStatusWord(c.word)->call_status, c.call_status) << c.word;
  }
}

TEST(WordsTest, StatusWordsOfVapiAreUnderstoodToo) {  // V1
  EXPECT_EQ(FindStatusWord("scheduled")->call_status, v1::CALL_STATUS_READY);
  EXPECT_EQ(FindStatusWord("ended")->call_status, v1::CALL_STATUS_COMPLETED);
  EXPECT_EQ(FindStatusWord("forwarding")->call_status, v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(FindStatusWord("forwarding")->meaning, StatusMeaning::kForwarding);
  EXPECT_EQ(FindStatusWord("not-found")->meaning, StatusMeaning::kNotice);
  EXPECT_EQ(FindStatusWord("deletion-failed")->meaning, StatusMeaning::kNotice);
}

TEST(WordsTest, CaseOfAStatusWordDoesNotMatter) {  // S1
  EXPECT_EQ(FindStatusWord("In-PROGRESS"), FindStatusWord("in-progress"));
  EXPECT_EQ(FindStatusWord("in_progress"), nullptr);
  EXPECT_EQ(FindStatusWord(" ringing"), nullptr);
}

TEST(WordsTest, OnlyTheTwoNormalReasonsOfAHangupAreNormal) {  // H1
  EXPECT_EQ(HangupReasonOf("user_initiated"), v1::HANGUP_REASON_USER_INITIATED);
  EXPECT_EQ(HangupReasonOf("system_initiated"), v1::HANGUP_REASON_SYSTEM_INITIATED);
  EXPECT_EQ(HangupReasonOf("USER_INITIATED"), v1::HANGUP_REASON_OTHER);
  EXPECT_EQ(HangupReasonOf("timeout"), v1::HANGUP_REASON_OTHER);
}

TEST(WordsTest, RolesAreTranslatedOrKept) {  // T2
  EXPECT_EQ(RoleOf("user"), "human");
  EXPECT_EQ(RoleOf("assistant"), "assistant");
  EXPECT_EQ(RoleOf("bot"), "assistant");
  EXPECT_EQ(RoleOf("tool_calls"), "tool");
  EXPECT_EQ(RoleOf("tool_call_result"), "tool_result");
  EXPECT_EQ(RoleOf("system"), "system");
  EXPECT_EQ(RoleOf("function_call"), "function_call");
}

TEST(MessageTypesTest, TypesThatVapiWaitsOnAreToldApart) {  // V6
  for (const char* type : {"assistant-request", "tool-calls", "transfer-destination-request",
                           "handoff-destination-request", "knowledge-base-request", "voice-request",
                           "call.endpointing.request", "campaign.predial", "function-call"}) {
    EXPECT_EQ(FindMessageType(type).kind, MessageKind::kAwaitsAnswer) << type;
  }
}

TEST(MessageTypesTest, TypesThatNeedNoAnswerAreIgnored) {  // V5
  for (const char* type : {"speech-update",
                           "conversation-update",
                           "transcript",
                           "transcript[transcriptType=\"final\"]",
                           "user-interrupted",
                           "assistant.started",
                           "transfer-update",
                           "model-output",
                           "assistant.speechStarted",
                           "voice-input",
                           "language-change-detected",
                           "language-changed",
                           "phone-call-control",
                           "chat.created",
                           "chat.deleted",
                           "session.created",
                           "session.updated",
                           "session.deleted",
                           "call.deleted",
                           "call.delete.failed",
                           "call.artifact.upload",
                           "call-started",
                           "STATUS-UPDATE",
                           "never-seen"}) {
    EXPECT_EQ(FindMessageType(type).kind, MessageKind::kIgnored) << type;
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
