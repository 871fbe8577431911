#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/domain/call_status.h"
#include "services/domain/decimal.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

// The call moved to another status. Never `kUnspecified`.
struct StatusUpdate {
  CallStatus call_status = CallStatus::kReady;
  std::string provider_status;  // for the record only
  bool forwarding = false;      // orders the event behind other updates of the same time [O3]
  std::string ended_reason;     // empty if not given
  EndedReasonGroup ended_reason_group = EndedReasonGroup::kUnspecified;

  friend bool operator==(const StatusUpdate&, const StatusUpdate&) = default;
};

enum class HangupReason { kUnspecified, kUserInitiated, kSystemInitiated, kOther };

// Somebody, or something, ended the call.
struct Hangup {
  HangupReason reason = HangupReason::kUnspecified;
  std::string provider_reason;  // for the record only

  friend bool operator==(const Hangup&, const Hangup&) = default;
};

// One turn of a conversation.
struct TranscriptEntry {
  std::string role;
  std::string content;
  absl::Time start_time;  // the event's, where none was given [T4]
  std::optional<absl::Time> end_time;
  std::optional<double> seconds_from_start;
  std::optional<std::int64_t> duration_ms;

  friend bool operator==(const TranscriptEntry&, const TranscriptEntry&) = default;
};

// The provider's summary of a call that is over. What is absent was not given.
struct EndOfCallReport {
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
  std::optional<std::int64_t> duration_sec;  // absent also where the provider gave zero [R4]
  std::optional<std::int64_t> duration_ms;
  std::string ended_reason;
  EndedReasonGroup ended_reason_group = EndedReasonGroup::kUnspecified;
  std::optional<Decimal> cost;
  std::string recording_url;
  std::optional<absl::Time> recording_expire_time;
  std::string analysis_summary;
  std::string analysis_success_evaluation;
  std::string analysis_structured_data;
  // Whether it brought a transcript. An event that is read back from the journal says so without
  // carrying it.
  bool has_transcript = false;
  std::vector<TranscriptEntry> transcript;  // without `system` entries [T1]

  friend bool operator==(const EndOfCallReport&, const EndOfCallReport&) = default;
};

// Something that happened and changes nothing [V2].
struct Notice {
  std::string kind;

  friend bool operator==(const Notice&, const Notice&) = default;
};

using EventDetail = std::variant<StatusUpdate, Hangup, EndOfCallReport, Notice>;

// Something that happened to a call.
struct CallEvent {
  std::string event_id;     // unique within the call [O1]
  absl::Time time;          // the event time [O6]
  absl::Time receive_time;  // when the reporter first heard of it
  std::string provider;
  std::string provider_call_id;  // empty if not given; tells attempts apart [O5]
  std::optional<absl::Time> provider_call_create_time;
  EventDetail detail;

  friend bool operator==(const CallEvent&, const CallEvent&) = default;
};

// What an event did to its call.
enum class EventOutcome {
  kApplied,  // it was the newest and was applied
  kStale,    // it changed nothing [O2, O3, O5, V2]
  kLate,     // it came after newer ones and changed what it would have in its place [O3]
};

// An event in the journal.
struct RecordedEvent {
  std::int64_t call_id = 0;
  std::int64_t sequence = 0;  // its place among all events: increasing, with gaps
  absl::Time create_time;     // when it was recorded
  EventOutcome outcome = EventOutcome::kApplied;
  std::string call_status_word;  // that the call had once the event was recorded [O1]
  CallEvent event;
  // When what the event said was dropped: it is `WithoutDetail`, and no fold reads it [F1, X1].
  std::optional<absl::Time> forget_time = {};

  friend bool operator==(const RecordedEvent&, const RecordedEvent&) = default;
};

// The event with nothing of what it said: its kind, its times and its ids.
CallEvent WithoutDetail(CallEvent event);

// An event that is dated more than this after its receipt is dated by the receipt [O6].
inline constexpr absl::Duration kMaxClockSkew = absl::Minutes(5);

// Returns the event time: `reported`, else `receive_time`, also where `reported` is more than
// `kMaxClockSkew` after it. Whole microseconds, the rest dropped. Source: rule O6.
absl::Time EventTime(std::optional<absl::Time> reported, absl::Time receive_time);

// Whether a message of this role belongs to the transcript. Source: rule T1.
bool IsTranscribed(absl::string_view role);

// Returns when a line of a transcript began: `reported`, else the time of its event. Source: rule
// T4.
absl::Time EntryTime(std::optional<absl::Time> reported, absl::Time event_time);

// Returns `time` without what is less than a microsecond, which no column holds.
absl::Time ToMicroseconds(absl::Time time);

}  // namespace autopulse::callevents::domain
