#include "adapter/request_gate.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "adapter/auth/request_head.h"
#include "services/base/field_limits.h"

namespace autopulse::callevents::adapter {
namespace {

struct PathRow {
  absl::string_view path;
  Route route;
};

constexpr PathRow kPaths[] = {
    {"/webhooks/vapi", Route::kWebhook},
    {"/api/v1/webhooks/vapi-webhook", Route::kWebhook},  // what AutoPulse used
    {"/healthz", Route::kHealth},
};

std::vector<std::string> HeaderValues(const httplib::Request& request, const std::string& name) {
  std::vector<std::string> values;
  const auto [begin, end] = request.headers.equal_range(name);
  for (auto header = begin; header != end; ++header) values.push_back(header->second);
  return values;
}

HttpAnswer MethodNotAllowed(absl::string_view allowed) {
  HttpAnswer answer = ErrorAnswer(405, absl::StrCat("Use ", allowed));
  answer.headers.emplace_back("Allow", std::string(allowed));
  return answer;
}

bool IsJson(absl::string_view content_type) {
  return absl::EqualsIgnoreCase(
      absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))),
      "application/json");
}

std::optional<HttpAnswer> RefuseMediaType(const httplib::Request& request) {
  for (const std::string& encoding : HeaderValues(request, "Content-Encoding")) {
    if (!absl::EqualsIgnoreCase(encoding, "identity")) {
      return ErrorAnswer(415, "Content-Encoding must be identity");
    }
  }
  const std::vector<std::string> types = HeaderValues(request, "Content-Type");
  if (types.size() > 1 || (types.size() == 1 && !IsJson(types.front()))) {
    return ErrorAnswer(415, "Content-Type must be application/json");
  }
  return std::nullopt;
}

// Two ways to say how long a body is are how one request is hidden in another.
std::optional<HttpAnswer> RefuseFraming(const httplib::Request& request) {
  const std::vector<std::string> lengths = HeaderValues(request, "Content-Length");
  const std::vector<std::string> codings = HeaderValues(request, "Transfer-Encoding");
  if (lengths.size() + codings.size() != 1) {
    return ErrorAnswer(400, lengths.size() + codings.size() == 0
                                ? "Malformed request: the length of the body is not given"
                                : "Malformed request: the length of the body is given twice");
  }
  if (!codings.empty()) {
    if (absl::EqualsIgnoreCase(codings.front(), "chunked")) return std::nullopt;
    return ErrorAnswer(400, "Malformed request: Transfer-Encoding must be chunked");
  }
  const bool digits = std::all_of(lengths.front().begin(), lengths.front().end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  std::uint64_t length = 0;
  if (!digits || !absl::SimpleAtoi(lengths.front(), &length)) {
    return ErrorAnswer(400, "Malformed request: Content-Length is no number");
  }
  if (length > base::kMaxWebhookBytes) {
    return ErrorAnswer(413,
                       absl::StrCat("The body has more than ", base::kMaxWebhookBytes, " bytes"));
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

std::optional<HttpAnswer> Refuse(const httplib::Request& request, absl::string_view head,
                                 const auth::AuthPolicy& policy, absl::Time now) {
  switch (RouteOf(request.path)) {
    case Route::kNone:
      return ErrorAnswer(404, "Not found");
    case Route::kHealth:
      if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
      return MethodNotAllowed("GET, HEAD");
    case Route::kWebhook:
      break;
  }
  if (request.method != "POST") return MethodNotAllowed("POST");
  const auth::Verdict verdict = policy.JudgeHead(head, now);
  if (verdict.refusal != auth::Refusal::kNone) return UnauthorizedAnswer(verdict.refusal);
  if (auto refusal = RefuseMediaType(request)) return refusal;
  return RefuseFraming(request);
}

void RestoreHeaders(absl::string_view head, httplib::Headers& headers) {
  headers.clear();
  const auth::RequestHead sent(head);
  for (const auth::HeaderLine& line : sent.lines()) {
    headers.emplace(std::string(line.name), std::string(line.value));
  }
}

}  // namespace autopulse::callevents::adapter
