#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "adapter/auth/methods.h"
#include "adapter/http/answer.h"
#include "adapter/http/refusals.h"
#include "adapter/relay/relay.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

// What a sender is told, in the design document's words [E1, E2, V5]: JSON, unless it is relayed.
namespace autopulse::callevents::adapter {

// 401 for who may not come in, in words that help nobody to do better.
http::Refusal Unauthorized(auth::Refusal refusal);

// 400 for an error of `Malformed`, with its path and detail.
HttpAnswer MalformedAnswer(const absl::Status& error);

// 200 for a type that changes nothing [V5, V6].
HttpAnswer IgnoredAnswer(absl::string_view type);

// What a message that was relayed is answered with: the other server's answer, or 502, 503 or 504
// where there is none [V6].
HttpAnswer RelayedAnswer(const relay::Relayed& relayed);

// 200 for an event that the service recorded, now or earlier [E2]; REPORT_VIEW_BASIC is enough.
HttpAnswer RecordedAnswer(const v1::ReportCallEventRequest& request,
                          const v1::ReportCallEventResponse& response);

// 202 for an event that is kept and sent later, `reason` being why it was not sent now: E1's words
// and `"queued":true` for a call that the service does not know [U1].
HttpAnswer QueuedAnswer(const v1::ReportCallEventRequest& request, const absl::Status& reason);

// The answer where the service did not record the event: 404 for a call that it does not know [E1],
// 503 with Retry-After where a repetition can help, 400 with its words for what it refuses, 500
// without a word for the rest.
HttpAnswer ServiceErrorAnswer(const v1::ReportCallEventRequest& request, const absl::Status& error);

}  // namespace autopulse::callevents::adapter
