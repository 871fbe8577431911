#include "tests/grpc/served_api.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/domain/events.h"
#include "tests/grpc/requests.h"

namespace autopulse::callevents::rpc {
namespace {

base::Clock FixedClock() {
  return [] { return domain::At(3600); };
}

}  // namespace

ServedApi::ServedApi(const Options& options)
    : feed(0, options.feed_capacity),
      recorder(
          store, [this](const auto& receipts) { core::PublishNew(receipts, feed); }, options.rules,
          FixedClock()),
      lanes(recorder, 1),
      registrar(store, FixedClock()),
      eraser(
          store, [this] { feed.Forget(); }, FixedClock()),
      workers("worker", 2),
      service({.store = store,
               .lanes = lanes,
               .registrar = registrar,
               .eraser = eraser,
               .feed = feed,
               .workers = workers,
               .rules = options.rules,
               .clock = FixedClock(),
               .keep_alive = options.keep_alive}) {
  if (options.callers != nullptr) gatekeeper.SetCallers(options.callers);
  absl::StatusOr<std::unique_ptr<Server>> started =
      Server::Start(service, gatekeeper, options.server);
  if (!started.ok()) {
    ADD_FAILURE() << started.status();
    std::abort();
  }
  server = *std::move(started);
  channel = grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
  stub = v1::CallEventService::NewStub(channel);
}

ServedApi::~ServedApi() { Stop(); }

void ServedApi::Stop() {
  if (stopped_) return;
  stopped_ = true;
  server->Stop(absl::Seconds(30));
}

std::string ServedApi::address() const { return server->addresses().front(); }

void ServedApi::SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
}

void ServedApi::RegisterCall() {
  v1::CreateServiceRecordResponse record;
  EXPECT_TRUE(
      Call(&v1::CallEventService::Stub::CreateServiceRecord,
           FromText<v1::CreateServiceRecordRequest>("service_record {} service_record_id: '9'"),
           &record)
          .ok());
  v1::CreateCallResponse call;
  EXPECT_TRUE(Call(&v1::CallEventService::Stub::CreateCall,
                   FromText<v1::CreateCallRequest>(
                       "call { service_record: 'serviceRecords/9' } call_id: '15'"),
                   &call)
                  .ok());
}

v1::ReportCallEventResponse ServedApi::Report(const v1::ReportCallEventRequest& request) {
  v1::ReportCallEventResponse response;
  const grpc::Status status =
      Call(&v1::CallEventService::Stub::ReportCallEvent, request, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

}  // namespace autopulse::callevents::rpc
