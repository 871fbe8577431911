#pragma once

#include <grpcpp/server.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/direct_delivery.h"
#include "adapter/webhook_handler.h"
#include "adapter/webhook_server.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/base/counters.h"

// The adapter over real sockets: HTTP on one side, gRPC on the other, and a service behind it that
// answers what the test tells it to.
namespace autopulse::callevents::adapter {

inline constexpr char kSecret[] = "s3cret%41%0d%0a";
inline constexpr char kPath[] = "/webhooks/vapi";
inline constexpr char kRinging[] =
    R"({"message":{"type":"status-update","status":"ringing","call_id":15}})";

// Answers every event with `answer`, which runs on a thread of gRPC.
class StubService final : public v1::CallEventService::Service {
 public:
  using Answer =
      std::function<grpc::Status(const v1::ReportCallEventRequest&, v1::ReportCallEventResponse&)>;

  explicit StubService(int port = 0);
  ~StubService() override { server_->Shutdown(); }

  int port() const { return port_; }

  void SetAnswer(Answer answer);
  std::vector<v1::ReportCallEventRequest> requests() const;

  grpc::Status ReportCallEvent(grpc::ServerContext* context,
                               const v1::ReportCallEventRequest* request,
                               v1::ReportCallEventResponse* response) override;

 private:
  static grpc::Status Record(const v1::ReportCallEventRequest& request,
                             v1::ReportCallEventResponse& response);

  mutable absl::Mutex mutex_;
  Answer answer_ ABSL_GUARDED_BY(mutex_) = Record;
  std::vector<v1::ReportCallEventRequest> requests_ ABSL_GUARDED_BY(mutex_);
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// An adapter with the secret kSecret, and the service that it reports to.
class ServedAdapter : public testing::Test {
 protected:
  ServedAdapter();

  // Starts it anew with other settings, on a free port.
  void Start(WebhookServer::Options options, WebhookAuth auth);

  // Has the service answer every event with an error.
  void RefuseEvents(grpc::StatusCode code, const std::string& message);

  // What VAPI sends, in one connection.
  httplib::Result Post(const std::string& body, const std::string& path = kPath);

  // A whole request as it goes over the wire.
  static std::string Wire(absl::string_view headers, absl::string_view body,
                          absl::string_view request_line = "POST /webhooks/vapi HTTP/1.1");
  static std::string WithLength(absl::string_view headers, absl::string_view body);

  // The header with the secret.
  static std::string Secret();

  // Sends `bytes` over a connection of their own. The first answer, empty if there is none.
  std::string Exchange(const std::string& bytes);

  base::Counters counters_;
  std::unique_ptr<StubService> service_ = std::make_unique<StubService>();
  CallEventClient client_{{.channel = {.service = absl::StrCat("127.0.0.1:", service_->port())}}};
  DirectDelivery events_{client_};
  WebhookHandler handler_{{}, events_, base::SystemClock(), counters_};
  std::unique_ptr<WebhookServer> server_;
};

}  // namespace autopulse::callevents::adapter
