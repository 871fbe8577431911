#include "adapter/vapi/fields.h"

#include <string>

#include "adapter/fields/field_setters.h"
#include "adapter/json/utf8.h"
#include "adapter/vapi/ended_reasons.h"
#include "adapter/vapi/words.h"
#include "services/base/limits.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

using v1::Call;
using v1::CallAnalysis;
using v1::CallEvent;
using v1::EndOfCallReport;
using v1::Hangup;
using v1::StatusUpdate;
using v1::TranscriptEntry;

// A text that is of use only as a whole: longer than its column, it is dropped.
template <auto kField, std::size_t kMaxLength, typename Message>
FieldOutcome WholeText(const FieldSource& source, Message& message) {
  if (base::CountCharacters(source.value.text()) > kMaxLength) return FieldOutcome::kWrong;
  return Into<ReadText, kField>(source, message);
}

// An identifier: a whole text, and what has a NUL in it is none.
template <auto kField, std::size_t kMaxLength, typename Message>
FieldOutcome Identifier(const FieldSource& source, Message& message) {
  if (HasNul(source.value.text())) return FieldOutcome::kWrong;
  return WholeText<kField, kMaxLength>(source, message);
}

// The reason, whole [V7], and what it says about the call [P1].
template <typename Message>
FieldOutcome EndedReasonText(const FieldSource& source, Message& message) {
  const FieldOutcome outcome = Into<ReadText, &Message::mutable_ended_reason>(source, message);
  if (outcome != FieldOutcome::kTaken) return outcome;
  const EndedReason reason = GroupEndedReason(message.ended_reason());
  if (!reason.known) source.warnings.Add("unknown_ended_reason", message.ended_reason());
  message.set_ended_reason_group(reason.group);
  return outcome;
}

// The reason of a hangup: a word for the rules, and as it was said for the record [H1, H2].
FieldOutcome HangupWordText(const FieldSource& source, Hangup& hangup) {
  const FieldOutcome outcome = Into<ReadText, &Hangup::mutable_provider_reason>(source, hangup);
  if (outcome != FieldOutcome::kTaken) return outcome;
  hangup.set_reason(HangupReasonOf(hangup.provider_reason()));
  const std::string cut(CutUtf8(hangup.provider_reason(), base::kMaxProviderWordLength));
  hangup.set_provider_reason(cut);
  return outcome;
}

constexpr absl::string_view kResult = "result";

// T2
FieldOutcome Role(const FieldSource& source, TranscriptEntry& entry) {
  const FieldOutcome outcome =
      WholeText<&TranscriptEntry::mutable_role, base::kMaxRoleLength>(source, entry);
  if (outcome == FieldOutcome::kTaken) entry.set_role(std::string(RoleOf(entry.role())));
  return outcome;
}

// T3: a `message` that is there wins, even an empty one. V8: a result stands in for both.
FieldOutcome Content(const FieldSource& source, TranscriptEntry& entry) {
  if (source.path == kResult) {
    if (entry.role() != RoleOf("tool_call_result")) return FieldOutcome::kEmpty;
    const JsonKind kind = source.value.kind();
    if (kind != JsonKind::kString && kind != JsonKind::kNull) {
      return Into<ReadJsonText, &TranscriptEntry::mutable_content>(source, entry);
    }
  }
  const FieldOutcome outcome = Into<ReadText, &TranscriptEntry::mutable_content>(source, entry);
  return outcome == FieldOutcome::kEmpty ? FieldOutcome::kTaken : outcome;
}

// V8: the calls of a tool_calls entry without text.
FieldOutcome ToolCalls(const FieldSource& source, TranscriptEntry& entry) {
  if (entry.role() != RoleOf("tool_calls") || !entry.content().empty()) {
    return FieldOutcome::kTaken;
  }
  if (source.value.kind() != JsonKind::kArray) return FieldOutcome::kWrong;
  if (source.value.FirstChild().kind() == JsonKind::kAbsent) return FieldOutcome::kEmpty;
  return Into<ReadJsonText, &TranscriptEntry::mutable_content>(source, entry);
}

// clang-format off
constexpr Field<CallEvent> kCallEventFields[] = {
    {{"call.id"},         // R5
     Identifier<&CallEvent::mutable_provider_call_id, base::kMaxProviderCallIdLength>},
    {{"call.createdAt"},  // O5
     Into<ReadIsoTime, &CallEvent::mutable_provider_call_create_time>},
    {{"timestamp"},       // V9, O6
     Into<ReadInstant, &CallEvent::mutable_event_time>},
};

constexpr Field<StatusUpdate> kStatusUpdateFields[] = {
    {{"endedReason", "call.endedReason"}, EndedReasonText<StatusUpdate>},  // V7
};

constexpr Field<Hangup> kHangupFields[] = {
    {{"reason"}, HangupWordText},  // H2
};

constexpr Field<EndOfCallReport> kEndOfCallReportFields[] = {
    {{"startedAt"},                        // R2
     Into<ReadIsoTime, &EndOfCallReport::mutable_start_time>},
    {{"endedAt"},                          // R2
     Into<ReadIsoTime, &EndOfCallReport::mutable_end_time>},
    {{"endedReason", "call.endedReason"},  // R3, V7
     EndedReasonText<EndOfCallReport>},
    {{"cost"},                             // R3
     Into<ReadMoney, &EndOfCallReport::mutable_cost_usd>},
    {{"durationMs"},                       // R3
     Into<ReadWholeMs, &EndOfCallReport::mutable_reported_duration>},
    {{"durationSeconds"},                  // R4
     Into<ReadColumnSeconds, &EndOfCallReport::mutable_duration>},
    {{"artifact.recordingUrl", "artifact.recording.mono.combinedUrl",
      "artifact.recording.stereoUrl", "recordingUrl"},  // R5, V10
     Into<ReadText, &EndOfCallReport::mutable_recording_url>},
    {{"artifact.presignedUrlsExpiresAt"},  // V10
     Into<ReadInstant, &EndOfCallReport::mutable_recording_expire_time>},
    {{"analysis.summary"},                 // V11
     Into<ReadText, &EndOfCallReport::mutable_analysis, &CallAnalysis::mutable_summary>},
    {{"analysis.successEvaluation"},       // V11
     Into<ReadText, &EndOfCallReport::mutable_analysis,
          &CallAnalysis::mutable_success_evaluation>},
    {{"analysis.structuredData"},          // V11
     Into<ReadJsonText, &EndOfCallReport::mutable_analysis,
          &CallAnalysis::mutable_structured_data_json>},
};

constexpr Field<TranscriptEntry> kTranscriptEntryFields[] = {
    {{"role"},                        Role},       // T2
    {{"message", "content", kResult}, Content},    // T3, V8
    {{"toolCalls"},                   ToolCalls},  // V8
    {{"time"},                        // T4
     Into<ReadEpochMs, &TranscriptEntry::mutable_start_time>},
    {{"endTime"},                     // T4, T5
     Into<ReadEpochMs, &TranscriptEntry::mutable_end_time>},
    {{"secondsFromStart"},            // T5
     Into<ReadSeconds, &TranscriptEntry::mutable_start_offset>},
    {{"duration"},                    // T5
     Into<ReadWholeMs, &TranscriptEntry::mutable_duration>},
};

constexpr Field<Call> kUnknownCallFields[] = {
    {{"customer.number", "call.customer.number"},  // U1
     WholeText<&Call::mutable_customer_number, base::kMaxCustomerNumberLength>},
};
// clang-format on

// The assistant's definition, with and without an envelope; `FindCall` looks for a call there.
constexpr JsonExcerpt kExcerpts[] = {{"message.assistant", "variableValues"},
                                     {"assistant", "variableValues"}};

}  // namespace

JsonExcerpts Excerpts() { return kExcerpts; }

absl::Span<const Field<CallEvent>> CallEventFields() { return kCallEventFields; }

absl::Span<const Field<StatusUpdate>> StatusUpdateFields() { return kStatusUpdateFields; }

absl::Span<const Field<Hangup>> HangupFields() { return kHangupFields; }

absl::Span<const Field<EndOfCallReport>> EndOfCallReportFields() { return kEndOfCallReportFields; }

absl::Span<const Field<TranscriptEntry>> TranscriptEntryFields() { return kTranscriptEntryFields; }

absl::Span<const Field<Call>> UnknownCallFields() { return kUnknownCallFields; }

}  // namespace autopulse::callevents::adapter::vapi
