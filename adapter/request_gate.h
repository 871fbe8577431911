#pragma once

#include <httplib.h>

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/auth/auth_policy.h"
#include "adapter/http_status.h"

namespace autopulse::callevents::adapter {

// What a request is to the server.
enum class Route { kWebhook, kHealth, kNone };

// The route of a path.
Route RouteOf(absl::string_view path);

// The answer to a request that goes no further, judged by its head alone: 404, 405, 400 for a body
// whose length is said in no or two ways, 401, 415, 413. Nothing if it is to be handled, once the
// policy has nothing against the body either. `head` is the head as it was sent, `now` when it
// came.
std::optional<HttpAnswer> Refuse(const httplib::Request& request, absl::string_view head,
                                 const auth::AuthPolicy& policy, absl::Time now);

// Puts the header values of `head`, a request's head as it was sent, in place of the library's,
// which has percent-decoded them: a secret may have a `%` in it.
void RestoreHeaders(absl::string_view head, httplib::Headers& headers);

}  // namespace autopulse::callevents::adapter
