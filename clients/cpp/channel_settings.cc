#include "clients/cpp/channel_settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cpp/channel_pool.h"

namespace autopulse::callevents::client {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return absl::FailedPreconditionError(absl::StrCat("cannot read the file '", path, "'"));
  }
  return text;
}

// Reads a file into `pem`, if there is one. `kind` is what stands in its first line.
absl::Status ReadPem(const std::string& path, absl::string_view kind, std::string& pem) {
  if (path.empty()) return absl::OkStatus();
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  if (!absl::StrContains(*text, "-----BEGIN ") || !absl::StrContains(*text, kind)) {
    return absl::FailedPreconditionError(
        absl::StrCat("the file '", path, "' holds no ", kind, " in PEM"));
  }
  pem = *std::move(text);
  return absl::OkStatus();
}

// Others on the network must not read a token along the way.
absl::Status CheckTokenInClear(const std::vector<std::string>& addresses,
                               const ChannelSettings& settings) {
  const std::string& allowed = settings.token_in_clear;
  if (allowed != "local" && allowed != "anywhere") {
    return absl::InvalidArgumentError(
        absl::StrCat("--token-in-clear: '", allowed, "' is neither local nor anywhere"));
  }
  if (settings.token_file.empty() || !settings.tls_ca.empty() || allowed == "anywhere") {
    return absl::OkStatus();
  }
  for (const std::string& address : addresses) {
    if (IsLocal(address)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "--token-file: the token would go to ", address,
        " without TLS, for others to read: give --service-tls-ca, or a service on 127.0.0.1 or "
        "unix:PATH; --token-in-clear=anywhere does without"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  std::string token(absl::StripAsciiWhitespace(text->substr(0, text->find('\n'))));
  if (token.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the first line of the file '", path, "' is empty: it has to be a token"));
  }
  // HTTP/2 would break the connection at anything else.
  if (!std::all_of(token.begin(), token.end(), absl::ascii_isgraph)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the token in the file '", path, "' holds more than letters, digits and signs of ASCII"));
  }
  return token;
}

bool IsLocal(absl::string_view address) {
  constexpr std::uint32_t kLoopbackNet = 127;
  if (absl::StartsWith(address, "unix:")) return true;
  for (const absl::string_view scheme : {"dns:///", "dns:", "ipv4:", "ipv6:"}) {
    if (absl::ConsumePrefix(&address, scheme)) break;
  }
  absl::string_view host = address.substr(0, address.rfind(':'));
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  if (host == "localhost" || host == "::1") return true;
  in_addr parsed = {};
  return inet_pton(AF_INET, std::string(host).c_str(), &parsed) == 1 &&
         ntohl(parsed.s_addr) >> 24 == kLoopbackNet;
}

absl::StatusOr<ChannelOptions> ReadChannelSettings(const std::string& service,
                                                   const ChannelSettings& settings) {
  const absl::StatusOr<std::vector<std::string>> addresses = ReadServiceList(service);
  if (!addresses.ok()) {
    const absl::Status& why = addresses.status();
    return absl::Status(why.code(), absl::StrCat("--service: ", why.message()));
  }
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return absl::InvalidArgumentError("--service-tls-cert and --service-tls-key need each other");
  }
  if (settings.tls_ca.empty() && (!settings.tls_cert.empty() || !settings.tls_name.empty())) {
    return absl::InvalidArgumentError(
        "--service-tls-cert, --service-tls-key and --service-tls-name need --service-tls-ca");
  }
  const absl::Status in_clear = CheckTokenInClear(*addresses, settings);
  if (!in_clear.ok()) return in_clear;
  ChannelOptions options{.service = service};
  absl::Status read = ReadPem(settings.tls_ca, "CERTIFICATE", options.tls.authority);
  read.Update(ReadPem(settings.tls_cert, "CERTIFICATE", options.tls.certificate));
  read.Update(ReadPem(settings.tls_key, "PRIVATE KEY", options.tls.key));
  if (!read.ok()) return read;
  options.tls.service_name = settings.tls_name;
  if (!settings.token_file.empty()) {
    absl::StatusOr<std::string> token = ReadTokenFile(settings.token_file);
    if (!token.ok()) return token.status();
    options.token = *std::move(token);
  }
  return options;
}

}  // namespace autopulse::callevents::client
