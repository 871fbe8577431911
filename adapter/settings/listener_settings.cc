#include "adapter/settings/listener_settings.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr int kMaxThreads = 4096;
constexpr std::size_t kMaxConnections = 1'000'000;

absl::Status CheckNumbers(const http::Server::Options& server) {
  if (server.dispatcher.threads < 1 || server.dispatcher.threads > kMaxThreads) {
    return absl::InvalidArgumentError(absl::StrCat("--threads must be from 1 to ", kMaxThreads));
  }
  if (server.loop.max_connections < 1 || server.loop.max_connections > kMaxConnections) {
    return absl::InvalidArgumentError(
        absl::StrCat("--max-connections must be from 1 to ", kMaxConnections));
  }
  if (server.loop.limits.request_deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--request-deadline must be more than zero");
  }
  if (server.senders.requests_per_second < 0) {
    return absl::InvalidArgumentError("--rate-limit must be zero or more");
  }
  return absl::OkStatus();
}

absl::Status ReadRanges(absl::string_view setting, absl::string_view text,
                        std::vector<http::AddressRange>& ranges) {
  absl::StatusOr<std::vector<http::AddressRange>> parsed = http::ParseAddressRanges(text);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(setting, ": ", parsed.status().message()));
  }
  ranges = *std::move(parsed);
  return absl::OkStatus();
}

absl::Status ReadTls(const http::TlsFiles& files, http::Server::Options& options) {
  if (files.certificate.empty() && files.key.empty() && files.client_ca.empty()) {
    return absl::OkStatus();
  }
  if (files.certificate.empty() || files.key.empty()) {
    return absl::InvalidArgumentError("TLS needs both --tls-cert and --tls-key");
  }
  absl::StatusOr<std::shared_ptr<http::TlsListener>> tls = http::TlsListener::Open(files);
  if (!tls.ok()) return tls.status();
  options.tls = *std::move(tls);
  return absl::OkStatus();
}

}  // namespace

void AddListenerSettings(ListenerSettings& settings, base::Settings& parser) {
  http::Server::Options& server = settings.server;
  parser.Add("listen", server.listen, "HOST:PORT to take webhooks on; port 0 takes a free one");
  parser.Add("threads", server.dispatcher.threads, "How many threads there are for what may block");
  parser.Add("max-connections", server.loop.max_connections,
             "How many connections may be open, half of them from one address");
  parser.Add("request-deadline", server.loop.limits.request_deadline,
             "How long a request may take to arrive");
  parser.Add("allow-from", settings.allow_from,
             "Addresses and ranges to take requests from, separated by commas; none: everybody");
  parser.Add("trusted-proxy", settings.trusted_proxy,
             "Addresses and ranges of proxies whose X-Forwarded-For is believed");
  parser.Add("rate-limit", server.senders.requests_per_second,
             "Requests a second that each address may send; 0 for any number");
  parser.Add("tls-cert", settings.tls.certificate, "PEM file of the certificate for HTTPS");
  parser.Add("tls-key", settings.tls.key, "PEM file of the certificate's key");
  parser.Add("tls-client-ca", settings.tls.client_ca,
             "PEM file: senders need a certificate that one of these has signed");
}

absl::StatusOr<http::Server::Options> ReadListenerSettings(const ListenerSettings& settings) {
  http::Server::Options options = settings.server;
  absl::Status status = CheckNumbers(options);
  if (status.ok())
    status = ReadRanges("--allow-from", settings.allow_from, options.senders.allowed);
  if (status.ok()) {
    status = ReadRanges("--trusted-proxy", settings.trusted_proxy, options.senders.trusted_proxies);
  }
  if (status.ok()) status = ReadTls(settings.tls, options);
  if (!status.ok()) return status;
  // A part for each address; a proxy's connections are those of many.
  if (options.senders.trusted_proxies.empty()) {
    options.loop.max_connections_per_address =
        std::max<std::size_t>(options.loop.max_connections / 2, 1);
  } else {
    options.loop.max_connections_per_address = options.loop.max_connections;
    options.loop.max_unauthorized_bytes_per_address = options.loop.max_unauthorized_bytes;
  }
  return options;
}

}  // namespace autopulse::callevents::adapter
