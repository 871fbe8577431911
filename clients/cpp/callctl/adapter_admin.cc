#include "clients/cpp/callctl/adapter_admin.h"

#include <httplib.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cpp/channel_settings.h"

namespace autopulse::callevents::callctl {
namespace {

constexpr absl::string_view kPlain = "http://";
constexpr absl::string_view kTls = "https://";

// All but letters, digits and a few signs as %41, so that any id is one segment of a path.
std::string Escaped(absl::string_view id) {
  std::string escaped;
  for (const char c : id) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.') {
      escaped.push_back(c);
    } else {
      absl::StrAppend(&escaped, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return escaped;
}

// What the adapter says went wrong: {"status":"error","message":"..."}.
std::string ErrorIn(const httplib::Response& response) {
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const bool says = body.is_object() && body.contains("message") && body["message"].is_string();
  return absl::StrCat("HTTP ", response.status,
                      says ? absl::StrCat(": ", body["message"].get<std::string>()) : "");
}

absl::Status ErrorOf(const httplib::Response& response) {
  switch (response.status) {
    case 401:
    case 403:
      return absl::UnauthenticatedError(ErrorIn(response));
    case 429:
    case 503:
      return absl::UnavailableError(ErrorIn(response));
    case 404:
    case 405:
      return absl::UnimplementedError(
          absl::StrCat(ErrorIn(response), "; is it an adapter's --admin-listen?"));
    default:
      return absl::InternalError(ErrorIn(response));
  }
}

absl::StatusOr<ErasedInAdapter> ReadAnswer(const httplib::Response& response) {
  const nlohmann::json body = nlohmann::json::parse(response.body, nullptr, false);
  const auto count_of = [&body](const char* name) {
    return body.is_object() && body.contains(name) && body[name].is_number_integer()
               ? body[name].get<std::int64_t>()
               : -1;
  };
  const ErasedInAdapter erased{count_of("events"), count_of("dead_letters")};
  if (erased.events >= 0 && erased.dead_letters >= 0) return erased;
  return absl::UnimplementedError("what it answers is no adapter's answer");
}

}  // namespace

absl::StatusOr<std::string> ParseAdapterUrl(absl::string_view text) {
  const absl::string_view url = absl::StripSuffix(text, "/");
  absl::string_view host = url;
  const bool has_scheme = absl::ConsumePrefix(&host, kPlain) || absl::ConsumePrefix(&host, kTls);
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && !absl::StrContains("/?#@", c);
  });
  if (has_scheme && plain && !host.empty()) return std::string(url);
  return absl::InvalidArgumentError(
      absl::StrCat("'", text,
                   "' is no adapter's URL: give that of its --admin-listen, as in "
                   "http://127.0.0.1:8081"));
}

bool SendsInClear(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, kPlain)) return false;
  const bool has_port = !absl::EndsWith(url, "]") && absl::StrContains(url, ':');
  return !client::IsLocal(has_port ? std::string(url) : absl::StrCat(url, ":80"));
}

absl::StatusOr<ErasedInAdapter> EraseInAdapter(const AdapterAddress& adapter,
                                               const std::string& call, absl::Duration timeout) {
  httplib::Client http(adapter.url);
  if (!http.is_valid()) return absl::UnavailableError("its URL cannot be used");
  const std::chrono::milliseconds patience = absl::ToChronoMilliseconds(timeout);
  http.set_connection_timeout(patience);
  http.set_read_timeout(patience);
  http.set_write_timeout(patience);
  http.set_url_encode(false);
  http.set_bearer_token_auth(adapter.token);
  const httplib::Result result = http.Post(absl::StrCat("/v1/calls/", Escaped(call), ":erase"));
  if (!result) return absl::UnavailableError(httplib::to_string(result.error()));
  return result->status == 200 ? ReadAnswer(*result)
                               : absl::StatusOr<ErasedInAdapter>(ErrorOf(*result));
}

}  // namespace autopulse::callevents::callctl
