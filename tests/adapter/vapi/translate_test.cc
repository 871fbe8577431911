#include "adapter/vapi/translate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/vapi/fields.h"
#include "services/base/limits.h"
#include "tests/adapter/vapi/translation_text.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

using testing::ElementsAre;

std::string Message(absl::string_view members) {
  return absl::StrCat(R"({"message":{"call_id":15,)", members, "}}");
}

v1::StatusUpdate UpdateOf(absl::string_view members) {
  return RequestOf(Message(members)).event().status_update();
}

v1::EndOfCallReport ReportOf(absl::string_view members) {
  return RequestOf(Message(absl::StrCat(R"("type":"end-of-call-report",)", members)))
      .event()
      .end_of_call_report();
}

absl::Status ErrorOf(absl::string_view body) {
  base::Counters counters;
  return TranslateText(body, counters).status();
}

TEST(TranslateTest, StatusIsReadFromThreePlacesInOrder) {  // S6
  EXPECT_EQ(UpdateOf(R"("type":"status-update","status":"ringing","call":{"status":"ended"})")
                .provider_status(),
            "ringing");
  EXPECT_EQ(UpdateOf(R"("type":"status-update","status":null,"call":{"status":"ended"})")
                .provider_status(),
            "ended");
  EXPECT_EQ(RequestOf(R"({"status":"busy","message":{"type":"status-update","call_id":1}})")
                .event()
                .status_update()
                .provider_status(),
            "busy");
}

TEST(TranslateTest, SnapshotOfTheCallIsReadOnlyWhereTheMessageSaysNothing) {  // V3
  EXPECT_EQ(
      UpdateOf(R"("type":"status-update","status":"ended","call":{"status":"queued"})").status(),
      v1::CALL_STATUS_COMPLETED);
}

TEST(TranslateTest, StatusUpdateWithoutAStatusIsAnError) {  // E1
  EXPECT_EQ(ErrorOf(Message(R"("type":"status-update")")).message(),
            "No status found in webhook data");
}

TEST(TranslateTest, MissingCallIdIsToldBeforeAMissingStatus) {  // E1
  EXPECT_EQ(ErrorOf(R"({"message":{"type":"status-update"}})").message(), "No call_id found");
}

TEST(TranslateTest, StatusOfAnotherTypeNamesItsPath) {  // S6
  EXPECT_EQ(MalformedPath(ErrorOf(Message(R"("type":"status-update","call":{"status":[]})"))),
            "message.call.status");
}

TEST(TranslateTest, UnknownStatusWordCountsAsInProgressAndIsCounted) {  // S1
  base::Counters counters;
  const auto translation =
      TranslateText(Message(R"("type":"status-update","status":"on-hold")"), counters);
  EXPECT_EQ(translation->request->event().status_update().status(), v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(counters.Get("unknown_status_word", "on-hold"), 1);
}

TEST(TranslateTest, LongStatusWordIsCutAtACharacter) {  // S1
  const std::string longest = std::string(99, 'x') + "é";
  EXPECT_EQ(UpdateOf(absl::StrCat(R"("type":"status-update","status":")", longest, "é\""))
                .provider_status(),
            longest);
}

TEST(TranslateTest, OlderTypesImplyTheirStatus) {  // V4
  EXPECT_EQ(UpdateOf(R"("type":"call.started","call":{"status":"queued"})").status(),
            v1::CALL_STATUS_IN_PROGRESS);
  EXPECT_EQ(UpdateOf(R"("type":"call.ended","call":{"status":"queued"})").status(),
            v1::CALL_STATUS_COMPLETED);
  EXPECT_EQ(UpdateOf(R"("type":"call.failed")").status(), v1::CALL_STATUS_FAILED);
  EXPECT_EQ(UpdateOf(R"("type":"call.failed","status":"busy")").status(), v1::CALL_STATUS_MISSED);
}

TEST(TranslateTest, HangIsAHangupOnlyWithAReason) {  // V2
  EXPECT_EQ(RequestOf(Message(R"("type":"hang")")).event().notice().kind(), "hang");
  EXPECT_EQ(RequestOf(Message(R"("type":"hang","reason":"")")).event().notice().kind(), "hang");
  EXPECT_EQ(RequestOf(Message(R"("type":"hang","reason":"x")")).event().hangup().reason(),
            v1::HANGUP_REASON_OTHER);
  EXPECT_EQ(MalformedPath(ErrorOf(Message(R"("type":"hang","reason":3)"))), "message.reason");
}

TEST(TranslateTest, HangupKeepsItsReason) {  // H1, H2
  const v1::Hangup hangup =
      RequestOf(Message(R"("type":"hangup","reason":"system_initiated")")).event().hangup();
  EXPECT_EQ(hangup.reason(), v1::HANGUP_REASON_SYSTEM_INITIATED);
  EXPECT_EQ(hangup.provider_reason(), "system_initiated");
  EXPECT_EQ(RequestOf(R"({"type":"hangup","reason":"user_initiated","call_id":1})")
                .event()
                .hangup()
                .reason(),
            v1::HANGUP_REASON_USER_INITIATED);
}

TEST(TranslateTest, HangupWithoutAUsableReasonIsStillOne) {  // H1
  for (const char* members : {R"("type":"hangup")", R"("type":"hangup","reason":5)"}) {
    const v1::CallEvent event = RequestOf(Message(members)).event();
    EXPECT_TRUE(event.has_hangup()) << members;
    EXPECT_EQ(event.hangup().reason(), v1::HANGUP_REASON_UNSPECIFIED) << members;
  }
}

TEST(TranslateTest, EndedReasonComesFromTheMessageOrElseTheCall) {  // V7
  const std::string longest(121, 'r');
  EXPECT_EQ(ReportOf(absl::StrCat(R"("endedReason":")", longest, "\"")).ended_reason(), longest);
  EXPECT_EQ(ReportOf(R"("call":{"endedReason":"voicemail"})").ended_reason_group(),
            v1::ENDED_REASON_GROUP_MISSED);
  EXPECT_EQ(UpdateOf(R"("type":"status-update","status":"ended","endedReason":"customer-busy")")
                .ended_reason_group(),
            v1::ENDED_REASON_GROUP_MISSED);
  EXPECT_EQ(ReportOf(R"("cost":1)").ended_reason_group(), v1::ENDED_REASON_GROUP_UNSPECIFIED);
}

TEST(TranslateTest, ReportWithoutAnythingIsAReport) {  // R1, R3
  EXPECT_TRUE(
      RequestOf(Message(R"("type":"end-of-call-report")")).event().has_end_of_call_report());
}

TEST(TranslateTest, TimesOfAReportAreTaken) {  // R2
  const v1::EndOfCallReport report =
      ReportOf(R"("startedAt":"2025-06-20T08:22:59.677Z","endedAt":"2025-06-20T08:24:47.411Z")");
  EXPECT_EQ(report.start_time().seconds(), 1'750'407'779);
  EXPECT_EQ(report.end_time().nanos(), 411'000'000);
}

TEST(TranslateTest, CostAndDurationsOfAReportAreExact) {  // R3, R4
  const v1::EndOfCallReport report =
      ReportOf(R"("cost":0.13865,"durationMs":107734,"durationSeconds":107.734)");
  EXPECT_EQ(report.cost_usd(), "0.1387");
  EXPECT_EQ(report.reported_duration().seconds(), 107);
  EXPECT_EQ(report.duration().nanos(), 734'000'000);
}

TEST(TranslateTest, WrongOptionalFieldCostsTheFieldNotTheReport) {  // R3, T5
  base::Counters counters;
  const auto translation = TranslateText(
      Message(R"("type":"end-of-call-report","cost":{},"endedReason":"voicemail")"), counters);
  EXPECT_EQ(translation->request->event().end_of_call_report().ended_reason(), "voicemail");
  EXPECT_EQ(counters.Get("dropped_field", "cost"), 1);
}

TEST(TranslateTest, RecordingIsTheFirstGivenOfFour) {  // R5, V10
  EXPECT_EQ(ReportOf(R"("recordingUrl":"4","artifact":{"recordingUrl":"1"})").recording_url(), "1");
  EXPECT_EQ(ReportOf(R"("recordingUrl":"4","artifact":{"recording":
      {"stereoUrl":"3","mono":{"combinedUrl":"2"}}})")
                .recording_url(),
            "2");
  EXPECT_EQ(
      ReportOf(R"("recordingUrl":"4","artifact":{"recording":{"stereoUrl":"3"}})").recording_url(),
      "3");
  EXPECT_EQ(ReportOf(R"("recordingUrl":"4")").recording_url(), "4");
}

TEST(TranslateTest, AnalysisIsKept) {  // V11
  const v1::CallAnalysis analysis =
      ReportOf(R"("analysis":{"summary":"s","successEvaluation":"7","structuredData":{"a":1.50}})")
          .analysis();
  EXPECT_EQ(analysis.summary(), "s");
  EXPECT_EQ(analysis.success_evaluation(), "7");
  EXPECT_EQ(analysis.structured_data_json(), R"({"a":1.50})");
  EXPECT_FALSE(ReportOf(R"("analysis":{})").has_analysis());
}

std::vector<std::string> ContentsOf(absl::string_view members) {
  std::vector<std::string> contents;
  const v1::EndOfCallReport report = ReportOf(members);
  for (const v1::TranscriptEntry& entry : report.transcript_entries()) {
    contents.push_back(absl::StrCat(entry.role(), ":", entry.content()));
  }
  return contents;
}

TEST(TranslateTest, TranscriptIsWhicheverListIsNotEmpty) {  // R6
  constexpr absl::string_view kArtifact = R"("artifact":{"messages":[{"message":"b"}]})";
  EXPECT_THAT(ContentsOf(absl::StrCat(R"("messages":[{"message":"a"}],)", kArtifact)),
              ElementsAre(":a"));
  EXPECT_THAT(ContentsOf(absl::StrCat(R"("messages":[],)", kArtifact)), ElementsAre(":b"));
  EXPECT_THAT(ContentsOf(absl::StrCat(R"("messages":"x",)", kArtifact)), ElementsAre(":b"));
  EXPECT_THAT(ContentsOf(R"("messages":null,"artifact":null)"), ElementsAre());
}

TEST(TranslateTest, SystemMessagesAreLeftToTheService) {  // T1
  EXPECT_THAT(ContentsOf(R"("messages":[{"role":"system","message":"p"}])"),
              ElementsAre("system:p"));
}

TEST(TranslateTest, ContentIsTheMessageElseTheContentElseEmpty) {  // T3
  EXPECT_THAT(ContentsOf(R"("messages":[{"role":"user","message":"m","content":"c"},
      {"role":"user","message":"","content":"c"},{"role":"user","message":null,"content":"c"},
      {"role":"user","content":"c"},{"role":"user"},{"role":"user","content":[{"text":"c"}]}])"),
              ElementsAre("human:m", "human:", "human:c", "human:c", "human:", "human:"));
}

TEST(TranslateTest, ToolTurnsAreNotBlank) {  // V8
  EXPECT_THAT(
      ContentsOf(R"("messages":[
      {"role":"tool_calls","message":"","toolCalls":[{"id": "1", "n": 1.0}]},
      {"role":"tool_calls","message":"said","toolCalls":[1]},
      {"role":"tool_call_result","result":"r"},
      {"role":"tool_call_result","message":"m","result":"r"},
      {"role":"tool_call_result","result":{"booked": true}},
      {"role":"tool_call_result","result":null},
      {"role":"user","result":"r"}])"),
      ElementsAre(R"(tool:[{"id":"1","n":1.0}])", "tool:said", "tool_result:r", "tool_result:m",
                  R"(tool_result:{"booked":true})", "tool_result:", "human:"));
}

TEST(TranslateTest, ColumnsHoldCharactersNotBytes) {  // T2, T5
  std::string role;
  for (std::size_t i = 0; i < base::kMaxRoleLength; ++i) role += "я";
  EXPECT_THAT(ContentsOf(absl::StrCat(R"("messages":[{"role":")", role, R"(","message":"m"},
                                      {"role":")",
                                      role, R"(x","message":"m"}])")),
              ElementsAre(absl::StrCat(role, ":m"), ":m"));
}

TEST(TranslateTest, TimesOfATurnAreWholeMilliseconds) {  // T4, T5
  const v1::TranscriptEntry entry =
      ReportOf(R"("messages":[{"time":1750406454748.999,"endTime":1750406455000.5,
                  "secondsFromStart":1.8399999,"duration":4360.00048828125}])")
          .transcript_entries(0);
  EXPECT_EQ(entry.start_time().nanos(), 748'000'000);
  EXPECT_EQ(entry.end_time().nanos(), 0);
  EXPECT_EQ(entry.start_offset().nanos(), 839'999'900);
  EXPECT_EQ(entry.duration().seconds(), 4);
  EXPECT_EQ(entry.duration().nanos(), 360'000'000);
}

TEST(TranslateTest, TurnWithoutTimesHasNone) {  // T4, T5
  const v1::TranscriptEntry entry =
      ReportOf(R"("messages":[{"role":"user","message":"m","endTime":null}])")
          .transcript_entries(0);
  EXPECT_FALSE(entry.has_start_time());
  EXPECT_FALSE(entry.has_end_time());
  EXPECT_FALSE(entry.has_start_offset());
  EXPECT_FALSE(entry.has_duration());
}

TEST(TranslateTest, EventTimeIsTheMessagesElseAbsent) {  // O6, V9
  EXPECT_EQ(RequestOf(Message(R"("type":"hangup","timestamp":1756804509123.456)"))
                .event()
                .event_time()
                .nanos(),
            123'456'000);
  EXPECT_EQ(RequestOf(Message(R"("type":"hangup","timestamp":"2025-09-02T09:15:09.123Z")"))
                .event()
                .event_time()
                .seconds(),
            1'756'804'509);
  EXPECT_FALSE(RequestOf(Message(R"("type":"hangup","timestamp":"now")")).event().has_event_time());
}

TEST(TranslateTest, ProvidersIdAndTimeOfCreationAreKept) {  // R5, O5
  const v1::CallEvent event =
      RequestOf(
          Message(R"("type":"hangup","call":{"id":"v","createdAt":"2025-09-02T09:14:58.120Z"})"))
          .event();
  EXPECT_EQ(event.provider(), "vapi");
  EXPECT_EQ(event.provider_call_id(), "v");
  EXPECT_EQ(event.provider_call_create_time().nanos(), 120'000'000);
}

TEST(TranslateTest, UnusableProviderIdIsLeftOutAndCounted) {
  for (const std::string& id : {std::string("7"), "\"" + std::string(101, 'v') + "\"",
                                std::string(R"("a\u0000b")"), std::string("{}")}) {
    base::Counters counters;
    const auto translation =
        TranslateText(Message(absl::StrCat(R"("type":"hangup","call":{"id":)", id, "}")), counters);
    EXPECT_EQ(translation->request->event().provider_call_id(), "") << id;
    EXPECT_EQ(counters.Get("dropped_field", "call.id"), 1) << id;
  }
}

TEST(TranslateTest, EventWithoutATimeIsIdentifiedByAllOfItsMessage) {  // O1
  const auto id_with = [](absl::string_view assistant) {
    return RequestOf(Message(absl::StrCat(
                         R"("type":"status-update","status":"ringing","assistant":)", assistant)))
        .event_id();
  };
  EXPECT_NE(id_with(R"({"name":"Ann"})"), id_with(R"({"name":"Ben"})"));
  EXPECT_EQ(id_with(R"({"name":"Ann"})"), id_with(R"({ "name": "Ann" })"));
}

// Whether a path leads into an object of which another member is read.
bool IsLeftOut(absl::string_view path) {
  const JsonExcerpts excerpts = Excerpts();
  return std::any_of(excerpts.begin(), excerpts.end(), [&](const JsonExcerpt& excerpt) {
    const std::string member = absl::StrCat(excerpt.object, ".", excerpt.member, ".");
    return absl::StartsWith(path, absl::StrCat(excerpt.object, ".")) &&
           !absl::StartsWith(absl::StrCat(path, "."), member);
  });
}

template <typename Message>
void ExpectToBeRead(absl::Span<const Field<Message>> table) {
  for (const Field<Message>& field : table) {
    for (const absl::string_view path : field.paths) {
      EXPECT_FALSE(IsLeftOut(path) || IsLeftOut(absl::StrCat("message.", path))) << path;
    }
  }
}

TEST(TranslateTest, NoTableNamesWhatIsLeftOut) {
  ExpectToBeRead(CallEventFields());
  ExpectToBeRead(StatusUpdateFields());
  ExpectToBeRead(HangupFields());
  ExpectToBeRead(EndOfCallReportFields());
  ExpectToBeRead(UnknownCallFields());
}

TEST(TranslateTest, MissingTypeIsAnError) {  // V5
  EXPECT_EQ(ErrorOf(R"({"message":{"status":"ringing"}})").message(), "Missing event type");
  EXPECT_EQ(ErrorOf(R"({"message":{"type":""}})").message(), "Missing event type");
  EXPECT_EQ(ErrorOf("{}").message(), "Missing event type");
}

TEST(TranslateTest, WrongEnvelopeNamesItsPath) {
  EXPECT_EQ(MalformedPath(ErrorOf(R"({"message":[]})")), "message");
  EXPECT_EQ(MalformedPath(ErrorOf(R"({"message":{"type":true}})")), "message.type");
  EXPECT_EQ(MalformedPath(ErrorOf(R"({"type":{}})")), "type");
  EXPECT_FALSE(ErrorOf("[]").ok());
}

TEST(TranslateTest, OnlyACallFromOutsideIsRegisteredOnTheWay) {  // U1
  const auto call_of = [](absl::string_view members) {
    base::Counters counters;
    return TranslateText(absl::StrCat(R"({"message":{"type":"status-update","status":"ringing",)",
                                      members, "}}"),
                         counters, true)
        ->request->call_if_unknown();
  };
  EXPECT_EQ(call_of(R"("call":{"id":"v","type":"webCall"})").direction(), "inbound");
  EXPECT_EQ(call_of(R"("call":{"id":"v","type":"inboundPhoneCall","customer":{"number":"+1555"}})")
                .customer_number(),
            "+1555");
  EXPECT_EQ(call_of(R"("call":{"id":"v","type":"outboundPhoneCall"})").ByteSizeLong(), 0u);
  EXPECT_EQ(call_of(R"("call":{"id":"v"})").ByteSizeLong(), 0u);
  EXPECT_EQ(call_of(R"("call_id":1,"call":{"id":"v","type":"webCall"})").ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace autopulse::callevents::adapter::vapi
