#include "adapter/request_gate.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/webhook_answers.h"

namespace autopulse::callevents::adapter {
namespace {

using http::HeadVerdict;
using http::Refusal;
using http::RequestHead;

struct PathRow {
  absl::string_view path;
  Route route;
};

constexpr PathRow kPaths[] = {
    {"/webhooks/vapi", Route::kWebhook},
    {"/api/v1/webhooks/vapi-webhook", Route::kWebhook},  // what AutoPulse used
    {"/healthz", Route::kHealth},
};

Refusal MethodNotAllowed(absl::string_view allowed) {
  HttpAnswer answer = ErrorAnswer(405, absl::StrCat("Use ", allowed));
  answer.headers.emplace_back("Allow", std::string(allowed));
  return {"method", std::move(answer)};
}

bool IsJson(absl::string_view content_type) {
  return absl::EqualsIgnoreCase(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))),
      "application/json");
}

// Anybody may ask whether the adapter lives, so nothing is kept for who does.
std::optional<Refusal> RefuseProbe(const RequestHead& head) {
  if (head.method != "GET" && head.method != "HEAD") return MethodNotAllowed("GET, HEAD");
  if (!head.has_body()) return std::nullopt;
  return Refusal{"length", ErrorAnswer(413, "No body is taken here")};
}

std::optional<Refusal> RefuseMediaType(const RequestHead& head) {
  for (const absl::string_view encoding : head.Values("Content-Encoding")) {
    if (!absl::EqualsIgnoreCase(encoding, "identity")) {
      return Refusal{"media_type", ErrorAnswer(415, "Content-Encoding must be identity")};
    }
  }
  const std::vector<absl::string_view> types = head.Values("Content-Type");
  if (types.size() > 1 || (types.size() == 1 && !IsJson(types.front()))) {
    return Refusal{"media_type", ErrorAnswer(415, "Content-Type must be application/json")};
  }
  return std::nullopt;
}

}  // namespace

Route RouteOf(absl::string_view path) {
  for (const PathRow& row : kPaths) {
    if (row.path == path) return row.route;
  }
  return Route::kNone;
}

HeadVerdict CheckHead(const RequestHead& head, const auth::AuthPolicy& policy, absl::Time now) {
  switch (RouteOf(head.path)) {
    case Route::kNone:
      return {.refusal = Refusal{"path", ErrorAnswer(404, "Not found")}};
    case Route::kHealth:
      return {.refusal = RefuseProbe(head)};
    case Route::kWebhook:
      break;
  }
  if (head.method != "POST") return {.refusal = MethodNotAllowed("POST")};
  const auth::Verdict verdict = policy.AuthenticateHead(head, now);
  if (verdict.refusal != auth::Refusal::kNone) {
    return {.refusal = Unauthorized(verdict.refusal)};
  }
  if (auto refusal = RefuseMediaType(head)) return {.refusal = std::move(refusal)};
  if (!head.is_chunked && !head.content_length.has_value()) {
    return {.refusal = Refusal{"length", ErrorAnswer(411, "The length of the body is not given")}};
  }
  return {.is_authorized = !verdict.needs_body};
}

}  // namespace autopulse::callevents::adapter
