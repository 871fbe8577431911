#pragma once

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_policy.h"
#include "adapter/http/head.h"
#include "adapter/http/refusals.h"

namespace autopulse::callevents::adapter {

// What a request is to the server.
enum class Route { kWebhook, kHealth, kNone };

// The route of a path.
Route RouteOf(absl::string_view path);

// Checks a request by its head alone. What goes no further is refused with 404, 405, 401, 415, 411
// for a webhook without a length, or 413 for anything else with a body. The other webhooks are
// authorized unless the policy has to see their bodies. `now` is when the head came.
http::HeadVerdict CheckHead(const http::RequestHead& head, const auth::AuthPolicy& policy,
                            absl::Time now);

}  // namespace autopulse::callevents::adapter
