#include "services/grpc/server.h"

#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "services/base/field_limits.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr int kMaxConcurrentStreams = 4096;  // of one connection: a thousand watchers share one
constexpr int kMaxMetadataBytes = 16 << 10;
constexpr int kMinPingIntervalMs = 10'000;

void SetLimits(grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(base::kMaxMessageBytes));
  builder.SetMaxSendMessageSize(static_cast<int>(4 * base::kMaxMessageBytes));  // pages of lists
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxConcurrentStreams);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kMinPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Otherwise a second service on the same port would silently take half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(CallEventService& service,
                                                      const std::string& listen) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  SetLimits(builder);
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", listen,
                     ": give HOST:PORT, an address of this machine and a port that nobody uses"));
  }
  server->GetHealthCheckService()->SetServingStatus(v1::CallEventService::service_full_name(),
                                                    true);
  return std::unique_ptr<Server>(new Server(service, std::move(server), port));
}

Server::Server(CallEventService& service, std::unique_ptr<grpc::Server> server, int port)
    : service_(service), server_(std::move(server)), port_(port) {}

Server::~Server() { Stop(absl::ZeroDuration()); }

void Server::Stop(absl::Duration patience) {
  if (stopped_) return;
  stopped_ = true;
  server_->GetHealthCheckService()->SetServingStatus(false);
  service_.StopWatching();
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(patience));
  server_->Wait();
}

}  // namespace autopulse::callevents::rpc
