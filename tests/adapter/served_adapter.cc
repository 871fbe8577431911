#include "tests/adapter/served_adapter.h"

#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "adapter/auth/auth_file.h"
#include "services/base/limits.h"
#include "tests/adapter/raw_http.h"

namespace autopulse::callevents::adapter {
namespace {

// gRPC 1.51 aborts now and then (`prior > 0` in a nexting_thread) where the last client goes that
// has its answers called back, once in some hundred times on a busy machine: one stays for good.
void KeepAClient() {
  static const auto* const client = [] {
    auto* made = new CallEventClient({.channel = {.service = "127.0.0.1:1"}});
    EXPECT_FALSE(made->Report({}).ok());  // begins gRPC's threads; nobody listens there
    return made;
  }();
  (void)client;
}

}  // namespace

StubService::StubService(int port) {
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(static_cast<int>(base::kMaxMessageBytes));
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", port), grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
}

void StubService::SetAnswer(Answer answer) {
  const absl::MutexLock lock(&mutex_);
  answer_ = std::move(answer);
}

std::vector<v1::ReportCallEventRequest> StubService::requests() const {
  const absl::MutexLock lock(&mutex_);
  return requests_;
}

grpc::Status StubService::ReportCallEvent(grpc::ServerContext* /*context*/,
                                          const v1::ReportCallEventRequest* request,
                                          v1::ReportCallEventResponse* response) {
  Answer answer;
  {
    const absl::MutexLock lock(&mutex_);
    requests_.push_back(*request);
    answer = answer_;
  }
  return answer(*request, *response);
}

grpc::Status StubService::Record(const v1::ReportCallEventRequest& request,
                                 v1::ReportCallEventResponse& response) {
  *response.mutable_event() = request.event();
  response.mutable_event()->set_call_status_text("Ringing");
  response.mutable_event()->set_outcome(v1::CALL_EVENT_OUTCOME_APPLIED);
  response.mutable_call()->set_name("calls/15");
  return grpc::Status::OK;
}

ServedAdapter::ServedAdapter() {
  KeepAClient();
  Start({}, WebhookAuth(auth::AuthPolicy({*auth::ParseSecretFile(kSecret)})));
}

void ServedAdapter::Start(WebhookServer::Options options, WebhookAuth auth) {
  options.listen = "127.0.0.1:0";
  server_ = std::make_unique<WebhookServer>(options, std::move(auth), handler_, counters_);
  const absl::Status started = server_->Start([] {});
  ASSERT_TRUE(started.ok()) << started;
}

void ServedAdapter::RefuseEvents(grpc::StatusCode code, const std::string& message) {
  service_->SetAnswer([code, message](const auto&, auto&) { return grpc::Status(code, message); });
}

httplib::Result ServedAdapter::Post(const std::string& body, const std::string& path) {
  httplib::Client client("127.0.0.1", server_->port());
  return client.Post(path, {{"X-Vapi-Secret", kSecret}}, body, "application/json");
}

std::string ServedAdapter::Wire(absl::string_view headers, absl::string_view body,
                                absl::string_view request_line) {
  return absl::StrCat(request_line, "\r\nHost: test\r\n", headers, "\r\n", body);
}

std::string ServedAdapter::WithLength(absl::string_view headers, absl::string_view body) {
  return Wire(absl::StrCat(headers, "Content-Length: ", body.size(), "\r\n"), body);
}

std::string ServedAdapter::Secret() { return absl::StrCat("X-Vapi-Secret: ", kSecret, "\r\n"); }

std::string ServedAdapter::Exchange(const std::string& bytes) {
  RawHttp connection(server_->port());
  connection.Send(bytes);
  return connection.ReadAnswer();
}

}  // namespace autopulse::callevents::adapter
