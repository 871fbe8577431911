#pragma once

#include <optional>

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

// The refusal of a request that goes no further, judged by its head alone: 404, 405, 401, 415, and
// 411 for a body whose length is not given. Nothing if it is to be handled, once the policy has
// nothing against the body either. `now` is when the head came.
std::optional<http::Refusal> Refuse(const http::RequestHead& head, const auth::AuthPolicy& policy,
                                    absl::Time now);

}  // namespace autopulse::callevents::adapter
