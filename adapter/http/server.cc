#include "adapter/http/server.h"

#include <thread>
#include <utility>

#include "adapter/http/listener.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::adapter::http {

// A started server.
class Server::Running final : public Connection::Judge {
 public:
  Running(const Options& options, Listener listener, RequestHandler& handler,
          base::Counters& counters, std::function<void()> on_failure)
      : handler_(handler),
        counters_(counters),
        senders_(options.senders),
        loop_(options.loop, std::move(listener), options.tls, *this, dispatcher_),
        dispatcher_(options.dispatcher, options.loop.limits.idle_timeout, handler, loop_) {
    loop_thread_ = base::StartThread("http-loop", [this, on_failure = std::move(on_failure)] {
      const absl::Status status = loop_.Run();
      if (status.ok()) return;
      base::LogError("accepting connections failed", {{"error", status.message()}});
      on_failure();
    });
  }

  ~Running() override {
    loop_.Stop();
    loop_thread_.join();
  }

  HeadVerdict JudgeHead(const RequestHead& head, const Address& peer) override {
    auto refusal = senders_.Refuse(head, peer, loop_.Now());
    if (refusal.has_value()) return {.refusal = std::move(refusal)};
    return handler_.JudgeHead(head, peer);
  }

  void OnRefused(const Refusal& refusal) override { NoteRefusal(refusal, counters_); }

 private:
  RequestHandler& handler_;
  base::Counters& counters_;
  SenderPolicy senders_;
  EventLoop loop_;
  Dispatcher dispatcher_;
  std::thread loop_thread_;
};

Server::Server(const Options& options, RequestHandler& handler, base::Counters& counters)
    : options_(options), handler_(handler), counters_(counters) {}

Server::~Server() { Stop(); }

absl::Status Server::Start(std::function<void()> on_failure) {
  absl::StatusOr<Listener> listener = Listener::Open(options_.listen);
  if (!listener.ok()) return listener.status();
  port_ = listener->port();
  running_ = std::make_unique<Running>(options_, *std::move(listener), handler_, counters_,
                                       std::move(on_failure));
  return absl::OkStatus();
}

int Server::port() const { return port_; }

void Server::Stop() { running_.reset(); }

}  // namespace autopulse::callevents::adapter::http
