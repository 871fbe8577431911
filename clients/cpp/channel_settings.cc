#include "clients/cpp/channel_settings.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
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

absl::StatusOr<std::string> ReadToken(const std::string& path) {
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

}  // namespace

absl::StatusOr<ChannelOptions> ReadChannelSettings(const std::string& service,
                                                   const ChannelSettings& settings) {
  const absl::Status addresses = ReadServiceList(service).status();
  if (!addresses.ok()) {
    return absl::Status(addresses.code(), absl::StrCat("--service: ", addresses.message()));
  }
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return absl::InvalidArgumentError("--service-tls-cert and --service-tls-key need each other");
  }
  if (settings.tls_ca.empty() && (!settings.tls_cert.empty() || !settings.tls_name.empty())) {
    return absl::InvalidArgumentError(
        "--service-tls-cert, --service-tls-key and --service-tls-name need --service-tls-ca");
  }
  ChannelOptions options{.service = service};
  absl::Status read = ReadPem(settings.tls_ca, "CERTIFICATE", options.tls.authority);
  read.Update(ReadPem(settings.tls_cert, "CERTIFICATE", options.tls.certificate));
  read.Update(ReadPem(settings.tls_key, "PRIVATE KEY", options.tls.key));
  if (!read.ok()) return read;
  options.tls.service_name = settings.tls_name;
  if (!settings.token_file.empty()) {
    absl::StatusOr<std::string> token = ReadToken(settings.token_file);
    if (!token.ok()) return token.status();
    options.token = *std::move(token);
  }
  return options;
}

}  // namespace autopulse::callevents::client
