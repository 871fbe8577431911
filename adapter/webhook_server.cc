#include "adapter/webhook_server.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "adapter/http_connection.h"
#include "adapter/request_gate.h"
#include "services/base/field_limits.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

// How long an idle connection keeps its thread while others wait for one.
constexpr absl::Duration kIdleWhenBusy = absl::Seconds(1);
constexpr absl::Duration kPollSlice = absl::Milliseconds(50);

// Requests per connection, for the library, which wants a number.
constexpr std::size_t kMaxKeepAlive = 1'000'000;

struct HostPort {
  std::string host;
  int port = 0;
};

std::optional<HostPort> ParseHostPort(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return std::nullopt;
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[") && !absl::ConsumeSuffix(&host, "]")) return std::nullopt;
  HostPort parsed{.host = std::string(host)};
  if (!absl::SimpleAtoi(text.substr(colon + 1), &parsed.port)) return std::nullopt;
  if (parsed.port < 0 || parsed.port > 65535) return std::nullopt;
  return parsed;
}

// The library's pool of threads, knowing how many connections wait for one.
class CountingTaskQueue final : public httplib::TaskQueue {
 public:
  CountingTaskQueue(int threads, std::atomic<int>& waiting)
      : pool_(static_cast<std::size_t>(threads)), waiting_(waiting) {}

  bool enqueue(std::function<void()> task) override {
    ++waiting_;
    return pool_.enqueue([this, task = std::move(task)] {
      --waiting_;
      task();
    });
  }

  void shutdown() override { pool_.shutdown(); }

 private:
  httplib::ThreadPool pool_;
  std::atomic<int>& waiting_;
};

void Send(const HttpAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  response.set_content(answer.body, "application/json");
}

// The request that a thread is at. The library hands its handlers neither the connection nor
// anything of ours.
struct Exchange {
  const HttpConnection& connection;
  const std::shared_ptr<const auth::AuthPolicy> policy;
  const absl::Time begin;
};
thread_local const Exchange* exchange = nullptr;

// Without the library's own, which would let two adapters share a port unnoticed.
void SetSocketOptions(socket_t socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

// `http_status` is what the library would answer.
HttpAnswer BrokenBodyAnswer(int http_status) {
  if (http_status != 413) {
    return ErrorAnswer(400, "Malformed request: the body did not arrive whole");
  }
  return ErrorAnswer(413,
                     absl::StrCat("The body has more than ", base::kMaxWebhookBytes, " bytes"));
}

std::optional<HttpAnswer> RefuseHead(const httplib::Request& request) {
  return Refuse(request, exchange->connection.head(), *exchange->policy, exchange->begin);
}

}  // namespace

class WebhookServer::Implementation final : public httplib::Server {
 public:
  Implementation(const WebhookServer::Options& options, WebhookAuth auth,
                 const WebhookHandler& handler, base::Counters& counters);

  absl::Status Begin(std::function<void()> on_failure);
  void End();
  int port() const { return port_; }

 private:
  bool process_and_close_socket(socket_t socket) override;
  bool WaitForRequest(HttpConnection& connection) const;
  bool ProcessOne(HttpConnection& connection);
  HandlerResponse RefuseOrGoOn(const httplib::Request& request, httplib::Response& response);
  void HandleWebhook(httplib::Response& response, const httplib::ContentReader& reader);
  HttpAnswer JudgeAndHandle(absl::string_view body);
  void NoteRefusal(const HttpAnswer& refusal);

  const WebhookServer::Options options_;
  const WebhookAuth auth_;
  const WebhookHandler& handler_;
  base::Counters& counters_;
  HttpConnectionOptions connection_options_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> waiting_{0};
  int port_ = 0;
  std::thread listener_;
};

WebhookServer::Implementation::Implementation(const WebhookServer::Options& options,
                                              WebhookAuth auth, const WebhookHandler& handler,
                                              base::Counters& counters)
    : options_(options), auth_(std::move(auth)), handler_(handler), counters_(counters) {
  connection_options_.read_timeout = options.read_timeout;
  connection_options_.write_timeout = options.write_timeout;
  connection_options_.request_deadline = options.request_deadline;

  new_task_queue = [this] { return new CountingTaskQueue(options_.threads, waiting_); };
  set_socket_options(SetSocketOptions);
  set_tcp_nodelay(true);
  set_keep_alive_max_count(kMaxKeepAlive);
  set_keep_alive_timeout(absl::ToInt64Seconds(options.idle_timeout));
  set_payload_max_length(base::kMaxWebhookBytes);
  set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
    return RefuseOrGoOn(request, response);
  });
  Post(".*", [this](const httplib::Request& /*request*/, httplib::Response& response,
                    const httplib::ContentReader& reader) { HandleWebhook(response, reader); });
  // Whoever asks before sending a body is not asked for one that is refused anyway.
  set_expect_100_continue_handler(
      [this](const httplib::Request& request, httplib::Response& response) {
        const bool refused = RefuseOrGoOn(request, response) == HandlerResponse::Handled;
        return refused ? response.status : 100;
      });
  // What the library answers by itself: a head that is no HTTP.
  set_error_handler([](const httplib::Request& /*request*/, httplib::Response& response) {
    if (response.body.empty()) {
      response.set_header("Connection", "close");
      Send(ErrorAnswer(response.status, "Malformed request"), response);
    }
  });
  // Without this one the library tells the exception's text in a header.
  set_exception_handler([](const httplib::Request& /*request*/, httplib::Response& response,
                           const std::exception_ptr& /*exception*/) {
    base::LogError("request failed", {{"http_status", 500}});
    Send(ErrorAnswer(500, "Internal error"), response);
  });
}

absl::Status WebhookServer::Implementation::Begin(std::function<void()> on_failure) {
  const auto address = ParseHostPort(options_.listen);
  if (!address.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", options_.listen, "' is no address such as 127.0.0.1:8080"));
  }
  port_ = address->port;
  const bool bound = port_ == 0 ? (port_ = bind_to_any_port(address->host)) > 0
                                : bind_to_port(address->host, port_);
  if (!bound) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.listen, ": the address is in use or not ours"));
  }
  listener_ = std::thread([this, on_failure = std::move(on_failure)] {
    listen_after_bind();
    if (stopping_.load()) return;
    base::LogError("accepting connections failed");
    on_failure();
  });
  wait_until_ready();
  return absl::OkStatus();
}

void WebhookServer::Implementation::End() {
  stopping_ = true;
  stop();
  if (listener_.joinable()) listener_.join();
}

bool WebhookServer::Implementation::WaitForRequest(HttpConnection& connection) const {
  const absl::Time idle_since = absl::Now();
  while (!connection.WaitForRequest(kPollSlice)) {
    const absl::Duration idle = absl::Now() - idle_since;
    if (stopping_.load() || idle > options_.idle_timeout) return false;
    if (waiting_.load() > 0 && idle > kIdleWhenBusy) return false;
  }
  return true;
}

// One request and its answer. False if the connection is to be closed.
bool WebhookServer::Implementation::ProcessOne(HttpConnection& connection) {
  connection.BeginRequest();
  const Exchange present{connection, auth_.current(), absl::Now()};
  exchange = &present;
  bool parsed = false;
  std::size_t body_bytes = 0;
  bool is_last = stopping_.load();
  bool asked_to_close = false;
  const bool answered = process_request(
      connection, "", 0, "", 0, is_last, asked_to_close, [&](httplib::Request& request) {
        parsed = true;
        RestoreHeaders(connection.head(), request.headers);
        request.ranges.clear();
        body_bytes = request.get_header_value_u64("Content-Length");
        // What is refused is not read to its end, and where chunks end only the library knows.
        if (request.has_header("Transfer-Encoding") || RefuseHead(request).has_value()) {
          is_last = true;
          request.headers.erase("Connection");
          request.set_header("Connection", "close");
        }
      });
  if (!connection.Flush() || !answered) return false;
  if (parsed && !is_last && connection.body_bytes_read() == body_bytes) return !asked_to_close;
  connection.CloseGently();
  return false;
}

bool WebhookServer::Implementation::process_and_close_socket(socket_t socket) {
  HttpConnection connection(socket, connection_options_, stopping_);
  while (WaitForRequest(connection) && ProcessOne(connection)) {
  }
  shutdown(socket, SHUT_RDWR);
  close(socket);
  return true;
}

httplib::Server::HandlerResponse WebhookServer::Implementation::RefuseOrGoOn(
    const httplib::Request& request, httplib::Response& response) {
  if (const auto refusal = RefuseHead(request)) {
    NoteRefusal(*refusal);
    Send(*refusal, response);
    return HandlerResponse::Handled;
  }
  if (RouteOf(request.path) != Route::kHealth) return HandlerResponse::Unhandled;
  Send({.status = 200, .body = R"({"status":"ok"})"}, response);
  return HandlerResponse::Handled;
}

void WebhookServer::Implementation::HandleWebhook(httplib::Response& response,
                                                  const httplib::ContentReader& reader) {
  std::string body;
  const bool complete = reader([&body](const char* data, std::size_t size) {
    body.append(data, size);
    return true;
  });
  const HttpAnswer answer = complete ? JudgeAndHandle(body) : BrokenBodyAnswer(response.status);
  if (answer.status == 401 || !complete) NoteRefusal(answer);
  Send(answer, response);
}

HttpAnswer WebhookServer::Implementation::JudgeAndHandle(absl::string_view body) {
  const auth::Verdict verdict =
      exchange->policy->JudgeWhole(exchange->connection.head(), body, exchange->begin);
  if (verdict.refusal != auth::Refusal::kNone) return UnauthorizedAnswer(verdict.refusal);
  counters_.Increment("authorized", verdict.credential);
  return handler_.Handle(body);
}

void WebhookServer::Implementation::NoteRefusal(const HttpAnswer& refusal) {
  counters_.Increment("refused", absl::StrCat(refusal.status));
  if (refusal.reason.empty()) {
    base::LogInfo("request refused", {{"http_status", refusal.status}});
    return;
  }
  counters_.Increment("unauthorized", refusal.reason);
  base::LogInfo("request refused", {{"http_status", refusal.status}, {"reason", refusal.reason}});
}

WebhookServer::WebhookServer(const Options& options, WebhookAuth auth,
                             const WebhookHandler& handler, base::Counters& counters)
    : implementation_(
          std::make_unique<Implementation>(options, std::move(auth), handler, counters)) {}

WebhookServer::~WebhookServer() { Stop(); }

absl::Status WebhookServer::Start(std::function<void()> on_failure) {
  return implementation_->Begin(std::move(on_failure));
}

int WebhookServer::port() const { return implementation_->port(); }

void WebhookServer::Stop() { implementation_->End(); }

}  // namespace autopulse::callevents::adapter
