#include "clients/cpp/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>
#include <grpcpp/support/client_interceptor.h>

#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::client {
namespace {

// A service that was restarted is found again within about the longest of these; gRPC's own limit
// is two minutes.
constexpr int kFirstReconnectBackoffMs = 100;
constexpr int kMaxReconnectBackoffMs = 2'000;

// A peer that vanished without a word is noticed by pings while a request waits for it. The service
// writes to every stream about every 30 seconds, so this is not too often for it.
constexpr int kKeepaliveIntervalMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;

grpc::ChannelArguments Arguments() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxReceivedBytes);
  arguments.SetMaxSendMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kFirstReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  // How long one attempt to connect may take before it counts as failed.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kMaxReconnectBackoffMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveIntervalMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  // The service is near; a proxy of the environment is meant for the world outside.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // All the machines that a name stands for, not the first that answers.
  arguments.SetLoadBalancingPolicyName("round_robin");
  return arguments;
}

// Sends the token along, in plain text too, where gRPC's own way to do it refuses to.
class TokenSender final : public grpc::experimental::Interceptor {
 public:
  explicit TokenSender(const std::string& authorization) : authorization_(authorization) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    using grpc::experimental::InterceptionHookPoints;
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->emplace("authorization", authorization_);
    }
    methods->Proceed();
  }

 private:
  const std::string& authorization_;
};

class TokenSenderFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit TokenSenderFactory(absl::string_view token)
      : authorization_(absl::StrCat("Bearer ", token)) {}

  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo*) override {
    return new TokenSender(authorization_);
  }

 private:
  const std::string authorization_;
};

std::shared_ptr<grpc::ChannelCredentials> Credentials(const TlsOptions& tls) {
  if (tls.authority.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = tls.authority;
  options.pem_cert_chain = tls.certificate;
  options.pem_private_key = tls.key;
  return grpc::SslCredentials(options);
}

// What gRPC says of a failed handshake, and what that means.
struct HandshakeFailure {
  absl::string_view said;
  absl::string_view meaning;
};
constexpr HandshakeFailure kHandshakeFailures[] = {
    {"certificate verify failed",
     "the service's certificate is not signed by the authority that is trusted here, or is not "
     "valid now"},
    {"is not in peer certificate", "the service's certificate is for another name"},
    {"wrong version number", "the service speaks no TLS"},
    {"Socket closed",
     "the service ended the connection: it may ask for TLS, or for a client certificate"},
};

}  // namespace

std::shared_ptr<grpc::Channel> OpenChannel(const ChannelOptions& options) {
  // A request that fails fast never waits for the network, so that a new connection, or the end of
  // one, is noticed only by gRPC's own poller: every 5 s, unless it is told otherwise before it
  // begins.
  setenv("GRPC_CLIENT_CHANNEL_BACKUP_POLL_INTERVAL_MS", "100", /*overwrite=*/0);
  grpc::ChannelArguments arguments = Arguments();
  if (!options.tls.service_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls.service_name);
  }
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  if (!options.token.empty()) {
    interceptors.push_back(std::make_unique<TokenSenderFactory>(options.token));
  }
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      options.service, Credentials(options.tls), arguments, std::move(interceptors));
}

absl::Status FromGrpc(const grpc::Status& status) {
  // gRPC's codes and Abseil's have the same numbers.
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (code == absl::StatusCode::kUnavailable) {
    for (const HandshakeFailure& failure : kHandshakeFailures) {
      if (!absl::StrContains(status.error_message(), failure.said)) continue;
      return absl::Status(code, absl::StrCat(status.error_message(), "; ", failure.meaning));
    }
  }
  return absl::Status(code, status.error_message());
}

}  // namespace autopulse::callevents::client
