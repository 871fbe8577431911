#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapter/http/buffer_budget.h"
#include "adapter/http/connection.h"
#include "adapter/http/listener.h"
#include "adapter/http/tls.h"
#include "services/base/clock.h"

struct epoll_event;

namespace autopulse::callevents::adapter::http {

// One thread that accepts and watches all connections, and has requests answered that have arrived
// whole. What waits for bytes, for room in a socket or for a deadline costs no thread.
class EventLoop {
 public:
  // Who answers requests. None of this may block; called on any thread that drives a connection.
  class Requests {
   public:
    virtual ~Requests() = default;

    // Takes a connection whose request has arrived whole. True if it has its answer already, and
    // can be driven on; otherwise it is driven on when it has.
    virtual bool Begin(Connection& connection) = 0;

    // Takes one whose sender keeps its thread busy: it is answered on another thread.
    virtual void PutOff(Connection& connection) = 0;

    // The loop has looked at all sockets to which something has happened.
    virtual void OnRoundEnd() = 0;
  };

  struct Options {
    ConnectionLimits limits;
    std::size_t max_connections = 16'384;
    std::size_t max_connections_per_address = 8'192;         // or `Address::OneSender`
    std::size_t max_buffered_bytes = std::size_t{64} << 20;  // of requests, over all connections
    // Of these, what requests may take while they arrive and their heads do not prove who sent
    // them; all together, and those of one address.
    std::size_t max_unauthorized_bytes = std::size_t{32} << 20;
    std::size_t max_unauthorized_bytes_per_address = std::size_t{8} << 20;
    absl::Duration stop_grace = absl::Seconds(3);  // for what has begun when the server stops
  };

  // `judge` and `requests` must outlive the loop. `judge` is called on the loop's thread, or on
  // whichever thread calls `Drive`. `tls` may be null.
  EventLoop(const Options& options, Listener listener, std::shared_ptr<const TlsListener> tls,
            Connection::Judge& judge, Requests& requests);
  ~EventLoop();

  // Runs until `Stop`, and then until the last connection is closed. Fails with INTERNAL if the
  // kernel does not do.
  absl::Status Run();

  // Ends `Run`: nothing more is accepted, idle connections are closed, what has begun is finished.
  // Thread-safe.
  void Stop();

  // Whether `Stop` was called. Thread-safe.
  bool stopping() const { return stopping_.load(std::memory_order_relaxed); }

  // The time that the deadlines of connections are told by. Thread-safe.
  absl::Time Now() const { return clock_(); }

  // Does with a connection what can be done, and lets go of it. By the thread that owns it.
  void Drive(Connection& connection);

 private:
  // The other end of connections.
  struct Sender {
    explicit Sender(std::size_t max_unauthorized_bytes) : unauthorized(max_unauthorized_bytes) {}

    std::size_t connections = 0;
    BufferBudget unauthorized;
  };

  void TellAgain(Connection& connection) const;
  absl::Status Watch(int descriptor, std::uint32_t events, void* tag);
  void HandleEvent(const epoll_event& event);
  void AcceptSome();
  void Accept(Accepted accepted);
  std::unique_ptr<Transport> TransportOver(int socket) const;
  Sender* Welcome(const Address& peer);
  void Forget(const Address& peer);
  void Sweep();
  void SweepOne(Connection& connection);
  void Follow(Connection& connection, Connection::Next next);
  void Retire(Connection& connection);
  void CloseRetired();
  void Wake() const;
  int WaitMilliseconds() const;

  const Options options_;
  Listener listener_;
  const std::shared_ptr<const TlsListener> tls_;
  Connection::Judge& judge_;
  Requests& requests_;
  const base::Clock clock_ = base::SteadyClock();
  const absl::Duration sweep_pause_;
  BufferBudget budget_;
  BufferBudget unauthorized_budget_;
  Descriptor epoll_;
  Descriptor wake_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::thread::id> thread_;  // the loop's

  // Used by the loop's thread alone.
  absl::flat_hash_map<Address, std::unique_ptr<Sender>> senders_;
  std::vector<std::unique_ptr<Connection>> connections_;
  bool is_accepting_ = false;
  absl::Time next_sweep_ = absl::InfinitePast();
  absl::Time stop_deadline_ = absl::InfiniteFuture();

  absl::Mutex retired_mutex_;
  std::vector<Connection*> retired_ ABSL_GUARDED_BY(retired_mutex_);
};

}  // namespace autopulse::callevents::adapter::http
