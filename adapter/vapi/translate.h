#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/event_request.h"
#include "adapter/vapi/message_types.h"
#include "adapter/warnings.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter::vapi {

// How a message is translated.
struct TranslateOptions {
  absl::Time receive_time;              // when the webhook came in [O6]
  bool register_unknown_calls = false;  // `--unknown-calls=create` [U1]
};

// What a message is, in AutoPulse's terms.
struct Translation {
  std::string type;  // as sent
  MessageKind kind = MessageKind::kIgnored;

  // What to report. Null for a message that says nothing of a call's state [V5, V6].
  EventRequest request;
};

// Translates the body of one VAPI webhook. Optional fields that are wrong are left out and told to
// `warnings`.
//
// Fails as `Malformed` if the message can never be taken: see `ParseJson`, `OpenEnvelope` and
// `FindCall`; or a status update has no status ("No status found in webhook data", E1), or one that
// is no text.
absl::StatusOr<Translation> Translate(absl::string_view body, const TranslateOptions& options,
                                      Warnings& warnings);

}  // namespace autopulse::callevents::adapter::vapi
