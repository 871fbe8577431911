// What one client cannot do to the server [FT53].

#include "services/base/limits.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "clients/cpp/channel.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

namespace autopulse::callevents::rpc {
namespace {

using grpc::StatusCode;

static_assert(client::kMaxReceivedBytes == kMaxSentBytes);

grpc::Status GetCall(ServedApi& api, grpc::ClientContext& context, const std::string& name) {
  ServedApi::SetDeadline(context);
  v1::GetCallRequest request;
  request.set_name(name);
  v1::GetCallResponse response;
  return api.stub->GetCall(&context, request, &response);
}

// A client with a connection that it shares with nobody.
std::unique_ptr<v1::CallEventService::Stub> AnotherClient(const ServedApi& api) {
  grpc::ChannelArguments own_connection;
  own_connection.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return v1::CallEventService::NewStub(
      grpc::CreateCustomChannel(api.address(), grpc::InsecureChannelCredentials(), own_connection));
}

void ExpectServed(const ServedApi& api) {
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  v1::GetCallResponse response;
  EXPECT_EQ(AnotherClient(api)
                ->GetCall(&context, FromText<v1::GetCallRequest>("name: 'calls/15'"), &response)
                .error_code(),
            StatusCode::NOT_FOUND);
}

TEST(LimitsTest, MessageBeyondTheLimitIsRefusedAndOthersAreServed) {
  ServedApi api;
  grpc::ClientContext context;
  const grpc::Status status = GetCall(api, context, std::string(base::kMaxMessageBytes + 1, 'x'));
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED) << status.error_message();
  ExpectServed(api);
}

TEST(LimitsTest, MessageWithinTheLimitIsRead) {
  ServedApi api;
  grpc::ClientContext context;
  const grpc::Status status = GetCall(api, context, std::string(base::kMaxMessageBytes / 2, 'x'));
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST(LimitsTest, MetadataBeyondTheLimitIsRefusedAndOthersAreServed) {
  ServedApi api;
  grpc::ClientContext context;
  context.AddMetadata("x-much", std::string(1 << 20, 'x'));
  EXPECT_FALSE(GetCall(api, context, "calls/15").ok());
  ExpectServed(api);
}

TEST(LimitsTest, CompressedMessageIsRefusedUnreadAndOthersAreServed) {
  ServedApi api;
  for (const auto algorithm : {GRPC_COMPRESS_DEFLATE, GRPC_COMPRESS_GZIP}) {
    grpc::ClientContext context;
    context.set_compression_algorithm(algorithm);
    const grpc::Status status = GetCall(api, context, std::string(1 << 20, 'x'));
    EXPECT_EQ(status.error_code(), StatusCode::UNIMPLEMENTED) << status.error_message();
    ExpectServed(api);
  }
}

TEST(LimitsTest, StreamsBeyondTheLimitOfAConnectionWaitAndOthersAreServed) {
  constexpr int kLimit = 4096;
  ServedApi api;
  const auto stub = AnotherClient(api);
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<v1::WatchCallsResponse>> reader;
  };
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kLimit; ++i) {
    streams.push_back(std::make_unique<Stream>());
    ServedApi::SetDeadline(streams.back()->context);
    streams.back()->reader = stub->WatchCalls(&streams.back()->context, v1::WatchCallsRequest());
  }
  const auto ask = [&stub](absl::Duration patience) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    v1::GetCallResponse response;
    return stub->GetCall(&context, FromText<v1::GetCallRequest>("name: 'calls/15'"), &response)
        .error_code();
  };
  EXPECT_EQ(ask(absl::Milliseconds(200)), StatusCode::DEADLINE_EXCEEDED);
  ExpectServed(api);
  streams.front()->context.TryCancel();
  EXPECT_EQ(ask(absl::Seconds(60)), StatusCode::NOT_FOUND);
  for (const auto& stream : streams) stream->context.TryCancel();
}

}  // namespace
}  // namespace autopulse::callevents::rpc
