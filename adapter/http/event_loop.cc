#include "adapter/http/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::http {
namespace {

constexpr int kEventsAtATime = 256;
constexpr int kAcceptsAtATime = 256;  // then those that are connected have their turn
constexpr int kAnsweredAtATime = 16;  // requests of one connection, before others have their turn

// Told once each, and never asked for again: see Ownership.
constexpr std::uint32_t kConnectionEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

Refusal Unanswered(absl::string_view kind) { return {kind, {.status = 0, .body = ""}}; }

// How often deadlines are looked at: often enough to keep the shortest to an eighth.
absl::Duration SweepPause(const ConnectionLimits& limits) {
  const absl::Duration shortest =
      std::min({limits.idle_timeout, limits.request_deadline, limits.write_timeout, limits.linger});
  return std::clamp(shortest / 8, absl::Milliseconds(10), absl::Milliseconds(500));
}

}  // namespace

EventLoop::EventLoop(const Options& options, Listener listener,
                     std::shared_ptr<const TlsListener> tls, Connection::Judge& judge,
                     Requests& requests)
    : options_(options),
      listener_(std::move(listener)),
      tls_(std::move(tls)),
      judge_(judge),
      requests_(requests),
      sweep_pause_(SweepPause(options.limits)),
      budget_(options.max_buffered_bytes),
      unauthorized_budget_(options.max_unauthorized_bytes),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

EventLoop::~EventLoop() {
  for (const auto& connection : connections_) close(connection->socket());
}

absl::Status EventLoop::Watch(int descriptor, std::uint32_t events, void* tag) {
  epoll_event event = {};
  event.events = events;
  event.data.ptr = tag;
  if (epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, descriptor, &event) == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("epoll: ", std::strerror(errno)));
}

absl::Status EventLoop::Run() {
  if (absl::Status watched = Watch(wake_.number(), EPOLLIN, &wake_); !watched.ok()) {
    return watched;
  }
  thread_ = std::this_thread::get_id();
  std::array<epoll_event, kEventsAtATime> events;
  while (!stopping() || !connections_.empty()) {
    if (clock_() >= next_sweep_) Sweep();
    const int count =
        epoll_wait(epoll_.number(), events.data(), kEventsAtATime, WaitMilliseconds());
    if (count < 0 && errno != EINTR) {
      return absl::InternalError(absl::StrCat("epoll: ", std::strerror(errno)));
    }
    for (int i = 0; i < count; ++i) HandleEvent(events[static_cast<std::size_t>(i)]);
    requests_.OnRoundEnd();
    CloseRetired();
  }
  return absl::OkStatus();
}

void EventLoop::Stop() {
  stopping_ = true;
  Wake();
}

void EventLoop::HandleEvent(const epoll_event& event) {
  if (event.data.ptr == &wake_) {
    eventfd_t ignored = 0;
    eventfd_read(wake_.number(), &ignored);
    if (stopping()) next_sweep_ = absl::InfinitePast();
    return;
  }
  if (event.data.ptr == &listener_) return AcceptSome();
  auto& connection = *static_cast<Connection*>(event.data.ptr);
  const bool hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  if (!connection.ownership().TakeForEvent(hung_up)) return;
  connection.NoteEvent();
  Drive(connection);
}

void EventLoop::Drive(Connection& connection) { Follow(connection, connection.Advance(clock_())); }

void EventLoop::Follow(Connection& connection, Connection::Next next) {
  for (int answered = 0;; next = connection.Advance(clock_())) {
    switch (next) {
      case Connection::Next::kYield:
        TellAgain(connection);
        [[fallthrough]];
      case Connection::Next::kWait:
        if (connection.ownership().LetGo()) return;
        connection.NoteEvent();
        break;
      case Connection::Next::kAnswer:
        if (++answered > kAnsweredAtATime) return requests_.PutOff(connection);
        if (!requests_.Begin(connection)) return;
        break;
      case Connection::Next::kClose:
        return Retire(connection);
    }
  }
}

// Has the kernel tell of the socket as it is, behind the others of which it has something to tell.
void EventLoop::TellAgain(Connection& connection) const {
  epoll_event event = {};
  event.events = kConnectionEvents;
  event.data.ptr = &connection;
  epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, connection.socket(), &event);
}

// It stays owned, so that nobody touches it any more.
void EventLoop::Retire(Connection& connection) {
  const absl::MutexLock lock(&retired_mutex_);
  if (retired_.empty() && std::this_thread::get_id() != thread_.load()) Wake();
  retired_.push_back(&connection);
}

// After a round of events: none of those still to be looked at may be of what is gone.
void EventLoop::CloseRetired() {
  std::vector<Connection*> retired;
  {
    const absl::MutexLock lock(&retired_mutex_);
    retired.swap(retired_);
  }
  for (const Connection* connection : retired) {
    const Address peer = connection->peer();
    close(connection->socket());
    std::unique_ptr<Connection>& place = connections_[connection->index];
    connections_.back()->index = connection->index;
    place.swap(connections_.back());
    connections_.pop_back();
    Forget(peer);
  }
}

void EventLoop::AcceptSome() {
  for (int i = 0; i < kAcceptsAtATime; ++i) {
    std::optional<Accepted> accepted;
    switch (listener_.Accept(accepted)) {
      case Listener::Result::kAccepted:
        Accept(*std::move(accepted));
        break;
      case Listener::Result::kFailed:
        break;
      case Listener::Result::kRefused:
        judge_.OnRefused(Unanswered("files"));
        break;
      case Listener::Result::kNoneWaiting:
        return;
      case Listener::Result::kOutOfResources:  // until the next sweep
        epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, listener_.socket(), nullptr);
        is_accepting_ = false;
        return;
    }
  }
}

// Who has connected, and has one connection more until `Forget`; null if there is no room for it.
EventLoop::Sender* EventLoop::Welcome(const Address& peer) {
  if (connections_.size() >= options_.max_connections) return nullptr;
  std::unique_ptr<Sender>& sender = senders_[peer.OneSender()];
  if (sender == nullptr) {
    sender = std::make_unique<Sender>(options_.max_unauthorized_bytes_per_address);
  }
  if (sender->connections >= options_.max_connections_per_address) return nullptr;
  ++sender->connections;
  return sender.get();
}

// One connection is gone.
void EventLoop::Forget(const Address& peer) {
  const auto sender = senders_.find(peer.OneSender());
  if (--sender->second->connections == 0) senders_.erase(sender);
}

std::unique_ptr<Transport> EventLoop::TransportOver(int socket) const {
  if (tls_ == nullptr) return std::make_unique<PlainTransport>(socket);
  return tls_->Accept(socket);
}

void EventLoop::Accept(Accepted accepted) {
  Sender* const sender = Welcome(accepted.peer);
  if (sender == nullptr) return judge_.OnRefused(Unanswered("connections"));
  const int socket = accepted.socket.number();
  const Connection::Shared shared{
      options_.limits, judge_, {budget_, unauthorized_budget_, sender->unauthorized}};
  auto connection =
      std::make_unique<Connection>(socket, accepted.peer, TransportOver(socket), shared, clock_());
  if (!Watch(socket, kConnectionEvents, connection.get()).ok()) {
    connection.reset();
    Forget(accepted.peer);
    return judge_.OnRefused(Unanswered("files"));
  }
  accepted.socket.Release();  // CloseRetired closes it
  connection->index = connections_.size();
  connections_.push_back(std::move(connection));
}

void EventLoop::Sweep() {
  const absl::Time now = clock_();
  next_sweep_ = now + sweep_pause_;
  if (stopping() && stop_deadline_ == absl::InfiniteFuture()) {
    listener_.Close();
    is_accepting_ = true;  // as far as it ever will be
    stop_deadline_ = now + options_.stop_grace;
  }
  if (!is_accepting_) {
    is_accepting_ = Watch(listener_.socket(), EPOLLIN, &listener_).ok();
  }
  for (const auto& connection : connections_) {
    // Who owns one just now looks after it.
    if (connection->ownership().Take()) SweepOne(*connection);
  }
  CloseRetired();
}

void EventLoop::SweepOne(Connection& connection) {
  Connection::Next next = Connection::Next::kWait;
  if (stopping()) next = connection.Finish(stop_deadline_);
  if (next == Connection::Next::kWait) next = connection.CheckDeadline(clock_());
  Follow(connection, next);
}

void EventLoop::Wake() const { eventfd_write(wake_.number(), 1); }

int EventLoop::WaitMilliseconds() const {
  if (connections_.empty() && is_accepting_ && !stopping()) return -1;
  return static_cast<int>(
      std::max<std::int64_t>(absl::ToInt64Milliseconds(next_sweep_ - clock_()) + 1, 0));
}

}  // namespace autopulse::callevents::adapter::http
