#pragma once

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapter/http/connection.h"
#include "adapter/http/event_loop.h"
#include "adapter/http/request.h"
#include "adapter/http/request_queue.h"

namespace autopulse::callevents::adapter::http {

// Has the requests of connections handled where they were found, and what may block on threads of
// its own. A request that is answered later costs no thread meanwhile. Thread-safe.
class Dispatcher final : public EventLoop::Requests {
 public:
  struct Options {
    int threads = 64;                  // for what may block
    std::size_t max_under_way = 1024;  // requests; others wait in the order of their arrival
  };

  // `handler` and `loop`, which drives the connections, must outlive this. `idle_timeout` is what
  // answers tell of the connection.
  Dispatcher(const Options& options, absl::Duration idle_timeout, RequestHandler& handler,
             EventLoop& loop);

  // Waits until everything is answered. The loop has ended before.
  ~Dispatcher() override;

  bool Begin(Connection& connection) override;
  void PutOff(Connection& connection) override;
  void OnRoundEnd() override { handler_.OnRoundEnd(); }

 private:
  class ConnectionExchange;

  void RunThread();
  bool TakePlace(Connection& connection);
  bool Handle(Connection& connection);
  void Answer(Connection& connection, const HttpAnswer& answer);
  void DriveOn(Connection& connection);
  void LeavePlace();
  void HandleWaiting(Connection& connection);
  Connection* TakeWaiting();

  const Options options_;
  const absl::Duration idle_timeout_;
  RequestHandler& handler_;
  EventLoop& loop_;
  RequestQueue queue_;
  absl::Mutex mutex_;
  std::size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;  // requests that are not answered yet
  std::deque<Connection*> waiting_ ABSL_GUARDED_BY(mutex_);
  bool is_beginning_ ABSL_GUARDED_BY(mutex_) = false;  // somebody begins what waited
  std::vector<std::thread> threads_;
};

}  // namespace autopulse::callevents::adapter::http
