#pragma once

#include "absl/strings/string_view.h"
#include "autopulse/callevents/v1/call_event.pb.h"

namespace autopulse::callevents::adapter::vapi {

// What is known of a reason that a call ended for.
struct EndedReason {
  v1::EndedReasonGroup group;
  bool known;  // whether the group comes from a rule for this reason, not from the one for the rest
};

// Groups VAPI's `endedReason`. An unknown one is a failure if it speaks of one, else a call that
// was answered if it had started, and failed if not. Source: rules V7 and P1; VAPI's list of
// reasons, present and past.
EndedReason GroupEndedReason(absl::string_view reason);

}  // namespace autopulse::callevents::adapter::vapi
