#pragma once

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_event.pb.h"

// VAPI's words and ours. A new word is a new row.
namespace autopulse::callevents::adapter::vapi {

// What a status word asks for.
enum class StatusMeaning {
  kUpdate,      // the call moved to a status
  kForwarding,  // the same, and it is being handed to another party [V1]
  kNotice,      // a state of VAPI's record, not of the call: noted, changes nothing [V1]
};

// One status word of VAPI.
struct StatusWord {
  absl::string_view word;
  v1::CallStatus call_status;
  StatusMeaning meaning;
};

// clang-format off
inline constexpr StatusWord kStatusWords[] = {
    {"queued",          v1::CALL_STATUS_READY,       StatusMeaning::kUpdate},      // S1
    {"scheduled",       v1::CALL_STATUS_READY,       StatusMeaning::kUpdate},      // V1
    {"ringing",         v1::CALL_STATUS_RINGING,     StatusMeaning::kUpdate},      // S1
    {"in-progress",     v1::CALL_STATUS_IN_PROGRESS, StatusMeaning::kUpdate},      // S1
    {"forwarding",      v1::CALL_STATUS_IN_PROGRESS, StatusMeaning::kForwarding},  // V1
    {"completed",       v1::CALL_STATUS_COMPLETED,   StatusMeaning::kUpdate},      // S1
    {"ended",           v1::CALL_STATUS_COMPLETED,   StatusMeaning::kUpdate},      // V1
    {"failed",          v1::CALL_STATUS_FAILED,      StatusMeaning::kUpdate},      // S1
    {"no-answer",       v1::CALL_STATUS_MISSED,      StatusMeaning::kUpdate},      // S1
    {"busy",            v1::CALL_STATUS_MISSED,      StatusMeaning::kUpdate},      // S1
    {"not-found",       v1::CALL_STATUS_UNSPECIFIED, StatusMeaning::kNotice},      // V1
    {"deletion-failed", v1::CALL_STATUS_UNSPECIFIED, StatusMeaning::kNotice},      // V1
};
// clang-format on

// What a word that is in no table counts as [S1].
inline constexpr StatusWord kUnknownStatusWord = {"", v1::CALL_STATUS_IN_PROGRESS,
                                                  StatusMeaning::kUpdate};

// One reason of a hangup. Words that are not here are `HANGUP_REASON_OTHER`.
struct HangupWord {
  absl::string_view word;
  v1::HangupReason reason;
};

inline constexpr HangupWord kHangupWords[] = {
    {"user_initiated", v1::HANGUP_REASON_USER_INITIATED},      // H1
    {"system_initiated", v1::HANGUP_REASON_SYSTEM_INITIATED},  // H1
};

// One role in a transcript. Roles that are not here stay as they are [T2].
struct RoleWord {
  absl::string_view word;
  absl::string_view role;
};

inline constexpr RoleWord kRoleWords[] = {
    {"user", "human"},      {"assistant", "assistant"},          {"bot", "assistant"},
    {"tool_calls", "tool"}, {"tool_call_result", "tool_result"},
};

// The types of call that somebody else began: only such a call may be unknown to us without a fault
// of ours, and be registered on the way [U1].
inline constexpr absl::string_view kInboundCallTypes[] = {
    "inboundPhoneCall",
    "webCall",
    "vapi.websocketCall",
};

// The row of a status word, ignoring case; nothing if it is in no row [S1].
inline const StatusWord* FindStatusWord(absl::string_view word) {
  for (const StatusWord& row : kStatusWords) {
    if (absl::EqualsIgnoreCase(row.word, word)) return &row;
  }
  return nullptr;
}

// What a hangup's reason says [H1].
inline v1::HangupReason HangupReasonOf(absl::string_view word) {
  for (const HangupWord& row : kHangupWords) {
    if (row.word == word) return row.reason;
  }
  return v1::HANGUP_REASON_OTHER;
}

// Our word for a role [T2].
inline absl::string_view RoleOf(absl::string_view word) {
  for (const RoleWord& row : kRoleWords) {
    if (row.word == word) return row.role;
  }
  return word;
}

// Whether a call of this type came from outside.
inline bool IsInboundCallType(absl::string_view type) {
  for (const absl::string_view inbound : kInboundCallTypes) {
    if (inbound == type) return true;
  }
  return false;
}

}  // namespace autopulse::callevents::adapter::vapi
