#include "adapter/vapi/translate.h"

#include "absl/strings/str_cat.h"
#include "adapter/call_name.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/malformed.h"
#include "adapter/json/utf8.h"
#include "adapter/vapi/call_reference.h"
#include "adapter/vapi/envelope.h"
#include "adapter/vapi/event_id.h"
#include "adapter/vapi/fields.h"
#include "adapter/vapi/words.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

constexpr absl::string_view kProvider = "vapi";
constexpr absl::string_view kSlowAssistant = "hang";  // the kind of notice [V2]

std::string CutWord(absl::string_view word) {
  return std::string(CutUtf8(word, base::kMaxProviderWordLength));
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  return google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(time));
}

// S6. `message.call.status` is a snapshot of the call's creation: it says nothing of a message
// whose type implies a status [V3, V4].
absl::StatusOr<absl::string_view> StatusWordIn(const Envelope& envelope,
                                               absl::string_view implied) {
  ASSIGN_OR_RETURN(absl::string_view word,
                   DecisiveText(envelope.message.Find("status"), envelope.PathInBody("status")));
  if (word.empty() && implied.empty()) {
    ASSIGN_OR_RETURN(
        word, DecisiveText(envelope.message.At("call.status"), envelope.PathInBody("call.status")));
  }
  if (word.empty()) {
    ASSIGN_OR_RETURN(word, DecisiveText(envelope.body.Find("status"), "status"));
  }
  return word.empty() ? implied : word;
}

// Each of these fills the detail of `event` and returns the word that identifies it [O1].

absl::StatusOr<std::string> FillStatusUpdate(const Envelope& envelope, absl::string_view implied,
                                             Warnings& warnings, v1::CallEvent& event) {
  ASSIGN_OR_RETURN(const absl::string_view word, StatusWordIn(envelope, implied));
  if (word.empty()) return Malformed("No status found in webhook data");  // E1
  const StatusWord* row = FindStatusWord(word);
  if (row == nullptr) {
    warnings.Add("unknown_status_word", word);  // S1
    row = &kUnknownStatusWord;
  }
  if (row->meaning == StatusMeaning::kNotice) {
    event.mutable_notice()->set_kind(CutWord(word));
    return std::string(word);
  }
  v1::StatusUpdate& update = *event.mutable_status_update();
  update.set_status(row->call_status);
  update.set_forwarding(row->meaning == StatusMeaning::kForwarding);
  update.set_provider_status(CutWord(word));
  RunFieldTable(StatusUpdateFields(), envelope.message, "", warnings, update);
  return std::string(word);
}

std::string FillHangup(const Envelope& envelope, Warnings& warnings, v1::CallEvent& event) {
  RunFieldTable(HangupFields(), envelope.message, "", warnings, *event.mutable_hangup());
  const JsonValue reason = envelope.message.Find("reason");
  return std::string(reason.kind() == JsonKind::kString ? reason.text() : "");
}

// V2: only a reason makes a hangup of a `hang`, so it has to be a text.
absl::StatusOr<std::string> FillHang(const Envelope& envelope, Warnings& warnings,
                                     v1::CallEvent& event) {
  const JsonValue reason = envelope.message.Find("reason");
  if (!reason.given() || (reason.kind() == JsonKind::kString && reason.text().empty())) {
    event.mutable_notice()->set_kind(std::string(kSlowAssistant));
    return std::string();
  }
  if (reason.kind() != JsonKind::kString) {
    return DecisiveText(reason, envelope.PathInBody("reason")).status();
  }
  return FillHangup(envelope, warnings, event);
}

// R6: whichever list is not empty.
JsonValue MessagesIn(JsonValue message, Warnings& warnings) {
  for (const absl::string_view path : {"messages", "artifact.messages"}) {
    const JsonValue messages = message.At(path);
    if (!messages.given()) continue;
    if (messages.kind() != JsonKind::kArray) {
      warnings.Add(kDroppedField, path);
    } else if (messages.FirstChild().kind() != JsonKind::kAbsent) {
      return messages;
    }
  }
  return {};
}

absl::StatusOr<std::string> FillReport(const Envelope& envelope, Warnings& warnings,
                                       v1::CallEvent& event) {
  v1::EndOfCallReport& report = *event.mutable_end_of_call_report();
  RunFieldTable(EndOfCallReportFields(), envelope.message, "", warnings, report);
  for (JsonValue item = MessagesIn(envelope.message, warnings).FirstChild();
       item.kind() != JsonKind::kAbsent; item = item.NextSibling()) {
    if (item.kind() != JsonKind::kObject) {
      warnings.Add(kDroppedField, "messages[]");
      continue;
    }
    if (report.transcript_entries_size() == base::kMaxTranscriptEntries) {
      return Malformed(absl::StrCat("Malformed event: messages has more than ",
                                    base::kMaxTranscriptEntries, " entries"),
                       "messages");
    }
    RunFieldTable(TranscriptEntryFields(), item, "messages[].", warnings,
                  *report.add_transcript_entries());
  }
  return report.ended_reason();
}

absl::StatusOr<std::string> FillDetail(const Envelope& envelope, const MessageType& type,
                                       Warnings& warnings, v1::CallEvent& event) {
  switch (type.kind) {
    case MessageKind::kStatusUpdate:
      return FillStatusUpdate(envelope, type.implied_status, warnings, event);
    case MessageKind::kHang:
      return FillHang(envelope, warnings, event);
    case MessageKind::kHangup:
      return FillHangup(envelope, warnings, event);
    case MessageKind::kEndOfCallReport:
      return FillReport(envelope, warnings, event);
    case MessageKind::kAwaitsAnswer:
    case MessageKind::kIgnored:
      break;
  }
  return absl::InternalError("a message without an event");
}

// U1: a call that the service is to register if it does not know it.
void FillUnknownCall(JsonValue message, Warnings& warnings, v1::ReportCallEventRequest& request) {
  const JsonValue type = message.At("call.type");
  if (type.kind() != JsonKind::kString || !IsInboundCallType(type.text())) return;
  v1::Call& call = *request.mutable_call_if_unknown();
  call.set_direction("inbound");
  RunFieldTable(UnknownCallFields(), message, "", warnings, call);
}

absl::StatusOr<std::string> IdentifyEvent(absl::string_view body, const Envelope& envelope,
                                          const v1::CallEvent& event, const std::string& word) {
  EventIdentity identity{.provider_call_id = event.provider_call_id(),
                         .type = envelope.type,
                         .word = word,
                         .event_time = std::nullopt,
                         .message = {}};
  if (event.has_event_time()) {
    identity.event_time = absl::FromUnixMicros(
        google::protobuf::util::TimeUtil::TimestampToMicroseconds(event.event_time()));
    return EventId(identity);
  }
  ASSIGN_OR_RETURN(const JsonTree whole, ParseJson(body));
  ASSIGN_OR_RETURN(const Envelope whole_envelope, OpenEnvelope(whole.root()));
  identity.message = whole_envelope.message;
  return EventId(identity);
}

}  // namespace

absl::StatusOr<Translation> Translate(absl::string_view body, const TranslateOptions& options,
                                      Warnings& warnings) {
  ASSIGN_OR_RETURN(const JsonTree json, ParseJson(body, Excerpts()));
  ASSIGN_OR_RETURN(const Envelope envelope, OpenEnvelope(json.root()));
  const MessageType type = FindMessageType(envelope.type);
  Translation translation{.type = envelope.type, .kind = type.kind, .request = nullptr};
  if (type.kind == MessageKind::kIgnored || type.kind == MessageKind::kAwaitsAnswer) {
    return translation;
  }

  translation.request = MakeEventRequest();
  v1::ReportCallEventRequest& request = *translation.request;
  v1::CallEvent& event = *request.mutable_event();
  event.set_provider(std::string(kProvider));
  *event.mutable_receive_time() = ToProto(options.receive_time);
  RunFieldTable(CallEventFields(), envelope.message, "", warnings, event);
  ASSIGN_OR_RETURN(*request.mutable_parent(), FindCall(envelope, event.provider_call_id()));
  ASSIGN_OR_RETURN(const std::string word, FillDetail(envelope, type, warnings, event));
  ASSIGN_OR_RETURN(*request.mutable_event_id(), IdentifyEvent(body, envelope, event, word));
  if (options.register_unknown_calls && request.parent() == kCallByProviderId) {
    FillUnknownCall(envelope.message, warnings, request);
  }
  return translation;
}

}  // namespace autopulse::callevents::adapter::vapi
