#include "services/grpc/server.h"

#include <grpc/compression.h>
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"
#include "services/grpc/listen_address.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr int kMaxConcurrentStreams = 4096;  // of one connection: a thousand watchers share one
constexpr int kMaxMetadataBytes = 16 << 10;
constexpr std::size_t kMaxBufferBytes = std::size_t{512} << 20;  // of all connections together

// A client that pings more often, three times, is sent away.
constexpr int kMinPingIntervalMs = 10'000;
constexpr int kMaxPingStrikes = 2;

// A connection whose other end has vanished is given up after both.
constexpr int kKeepaliveIntervalMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;

// How long a client may take to say its first word, TLS included.
constexpr int kHandshakeTimeoutMs = 10'000;

// A connection ends in a while, so that clients come back to all services of several. The grace is
// for what is in flight.
constexpr int kMaxConnectionAgeMs = 3'600'000;
constexpr int kMaxConnectionAgeGraceMs = 60'000;

constexpr mode_t kOwnerOnly = 0177;  // what a new socket does not get

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(base::kMaxMessageBytes));
  builder.SetMaxSendMessageSize(static_cast<int>(kMaxSentBytes));
  const std::pair<const char*, int> arguments[] = {
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams},
      {GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kMinPingIntervalMs},
      {GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveIntervalMs},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, kHandshakeTimeoutMs},
      {GRPC_ARG_MAX_CONNECTION_AGE_MS, kMaxConnectionAgeMs},
      {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, kMaxConnectionAgeGraceMs},
      {GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0},
      // Otherwise a second service on the same port would silently take half of the connections.
      {GRPC_ARG_ALLOW_REUSEPORT, 0},
  };
  for (const auto& [name, value] : arguments) builder.AddChannelArgument(name, value);
  // gRPC unpacks a message before it asks how long it is, and 16 MiB unpack to 16 GiB.
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    builder.SetCompressionAlgorithmSupportStatus(algorithm, false);
  }
  builder.SetResourceQuota(grpc::ResourceQuota("call-event-service").Resize(kMaxBufferBytes));
}

// gRPC's library of reflection adds it to every server, whether asked or not.
class WithoutReflection final : public grpc::ServerBuilderOption {
 public:
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    const std::string name = grpc::reflection::ProtoServerReflectionPlugin().name();
    plugins->erase(std::remove_if(plugins->begin(), plugins->end(),
                                  [&name](const auto& plugin) { return plugin->name() == name; }),
                   plugins->end());
  }
};

absl::Status CheckTls(const TlsFiles& files) {
  if (files.certificate.empty() != files.key.empty()) {
    return absl::InvalidArgumentError("--tls-cert and --tls-key need each other");
  }
  if (files.certificate.empty() && !files.client_authority.empty()) {
    return absl::InvalidArgumentError("--tls-client-ca needs --tls-cert and --tls-key");
  }
  return absl::OkStatus();
}

// Nobody on another machine comes in unasked, or is listened to on the way.
absl::Status CheckExposure(const ListenAddress& address, const ServerOptions& options,
                           bool asks_for_tokens) {
  const TlsFiles& tls = options.tls;
  const bool is_closed =
      !tls.certificate.empty() && (asks_for_tokens || !tls.client_authority.empty());
  if (address.is_local() || is_closed || options.insecure) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "other machines reach ", address.text, ": ",
      tls.certificate.empty() ? "give --tls-cert and --tls-key, and " : "",
      "say who may come in with --tokens-file or --tls-client-ca; or listen on 127.0.0.1 or "
      "unix:PATH; --insecure does without"));
}

absl::StatusOr<std::vector<ListenAddress>> CheckOptions(const ServerOptions& options,
                                                        bool asks_for_tokens) {
  RETURN_IF_ERROR(CheckTls(options.tls));
  std::vector<ListenAddress> addresses;
  for (const std::string& text : options.listen) {
    ASSIGN_OR_RETURN(ListenAddress address, ParseListenAddress(text));
    RETURN_IF_ERROR(CheckExposure(address, options, asks_for_tokens));
    addresses.push_back(std::move(address));
  }
  if (addresses.empty()) return absl::InvalidArgumentError("there is no address to listen on");
  return addresses;
}

// The address with the port that was found for it.
std::string WithPort(const ListenAddress& address, int port) {
  if (address.is_socket()) return address.text;
  return absl::StrCat(address.text.substr(0, address.text.rfind(':')), ":", port);
}

bool WantsReflection(const std::vector<ListenAddress>& addresses, const ServerOptions& options) {
  const auto is_local = [](const ListenAddress& address) { return address.is_local(); };
  return options.reflection || std::all_of(addresses.begin(), addresses.end(), is_local);
}

// Listens, with sockets that nobody but the owner can use from their first moment on. `bound` is
// where.
absl::StatusOr<std::unique_ptr<grpc::Server>> Build(
    grpc::ServerBuilder& builder, const std::vector<ListenAddress>& addresses,
    const std::shared_ptr<grpc::ServerCredentials>& credentials, std::vector<std::string>& bound) {
  std::vector<int> ports(addresses.size(), 0);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (addresses[i].is_socket()) RETURN_IF_ERROR(ClearSocketPath(addresses[i].socket_path));
    builder.AddListeningPort(addresses[i].text, credentials, &ports[i]);
  }
  const mode_t before = umask(kOwnerOnly);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  umask(before);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    if (ports[i] == 0) {
      return absl::UnavailableError(
          absl::StrCat("cannot listen on ", addresses[i].text,
                       ": give HOST:PORT, an address of this machine and a port that nobody uses"));
    }
    bound.push_back(WithPort(addresses[i], ports[i]));
  }
  if (server == nullptr) return absl::UnavailableError("cannot start the gRPC server");
  return server;
}

}  // namespace

absl::Status Server::Check(const ServerOptions& options, Gatekeeper& gatekeeper) {
  RETURN_IF_ERROR(CheckOptions(options, gatekeeper.AsksForCredentials()).status());
  return MakeServerCredentials(options.tls, gatekeeper).status();
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(CallEventService& service,
                                                      Gatekeeper& gatekeeper,
                                                      const ServerOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<ListenAddress> addresses,
                   CheckOptions(options, gatekeeper.AsksForCredentials()));
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ServerCredentials> credentials,
                   MakeServerCredentials(options.tls, gatekeeper));
  auto server = std::unique_ptr<Server>(new Server(service));
  if (!options.tls.certificate.empty()) server->certificate_.emplace(options.tls.certificate);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  if (!WantsReflection(addresses, options)) {
    builder.SetOption(std::make_unique<WithoutReflection>());
  }
  builder.RegisterService(&server->api_);
  builder.RegisterService(&server->health_.api());
  server->queue_.emplace(builder);
  ASSIGN_OR_RETURN(server->server_, Build(builder, addresses, credentials, server->addresses_));
  for (const ListenAddress& address : addresses) {
    if (!address.is_socket() || options.socket_group.empty()) continue;
    RETURN_IF_ERROR(ShareSocket(address.socket_path, options.socket_group));
  }
  service.Serve(server->api_, *server->queue_);
  server->health_.Serve(*server->queue_);
  server->queue_->Start([&service] { service.Flush(); });
  return server;
}

Server::~Server() { Stop(absl::ZeroDuration()); }

void Server::Stop(absl::Duration patience) {
  if (stopped_ || server_ == nullptr) return;
  stopped_ = true;
  health_.Stop();
  service_.StopWatching();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(patience));
  queue_.reset();
}

}  // namespace autopulse::callevents::rpc
