#pragma once

#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::vapi {

// What is done with a message.
enum class MessageKind {
  kStatusUpdate,
  kHang,    // a hangup if it has a reason, else a notice [V2]
  kHangup,  // [H1, V2]
  kEndOfCallReport,
  kAwaitsAnswer,  // VAPI waits for what we do not know; relayed, or answered as ignored and counted
                  // apart [V6]
  kIgnored,       // needs no answer [V5]
};

// One type of message, as in `message.type`.
struct MessageType {
  absl::string_view type;
  MessageKind kind;
  absl::string_view implied_status;  // of a status update that carries none [V4]
};

// Every type that is not simply ignored. speech-update, conversation-update, transcript, and types
// that VAPI will invent, are not here [V5].
//
// clang-format off
inline constexpr MessageType kMessageTypes[] = {
    {"status-update",                MessageKind::kStatusUpdate,    ""},
    {"call.started",                 MessageKind::kStatusUpdate,    "in-progress"},  // V4
    {"call.ended",                   MessageKind::kStatusUpdate,    "ended"},        // V4
    {"call.failed",                  MessageKind::kStatusUpdate,    "failed"},       // V4
    {"hang",                         MessageKind::kHang,            ""},
    {"hangup",                       MessageKind::kHangup,          ""},
    {"end-of-call-report",           MessageKind::kEndOfCallReport, ""},
    {"assistant-request",            MessageKind::kAwaitsAnswer,    ""},             // V6 ...
    {"tool-calls",                   MessageKind::kAwaitsAnswer,    ""},
    {"transfer-destination-request", MessageKind::kAwaitsAnswer,    ""},
    {"handoff-destination-request",  MessageKind::kAwaitsAnswer,    ""},
    {"knowledge-base-request",       MessageKind::kAwaitsAnswer,    ""},
    {"voice-request",                MessageKind::kAwaitsAnswer,    ""},
    {"call.endpointing.request",     MessageKind::kAwaitsAnswer,    ""},
    {"campaign.predial",             MessageKind::kAwaitsAnswer,    ""},
    {"function-call",                MessageKind::kAwaitsAnswer,    ""},
};
// clang-format on

// The row of a type; one that is in none is ignored.
inline MessageType FindMessageType(absl::string_view type) {
  for (const MessageType& row : kMessageTypes) {
    if (row.type == type) return row;
  }
  return {type, MessageKind::kIgnored, ""};
}

// The types that VAPI waits on [V6].
inline std::vector<absl::string_view> AwaitedTypes() {
  std::vector<absl::string_view> types;
  for (const MessageType& row : kMessageTypes) {
    if (row.kind == MessageKind::kAwaitsAnswer) types.push_back(row.type);
  }
  return types;
}

}  // namespace autopulse::callevents::adapter::vapi
