#pragma once

#include <atomic>
#include <cstdint>

namespace autopulse::callevents::adapter::http {

// Which thread may touch a connection: the one that owns it, the event loop or one of those for
// requests, or for the moment none.
//
// The sockets are watched edge-triggered: what happens to one is told once. If that is while some
// thread owns the connection it is noted here, and the owner finds it when it lets go. So nobody
// has to be woken, and no epoll_ctl is needed, to pass a connection from thread to thread.
class Ownership {
 public:
  // Notes that something happened to the socket; `hung_up` if the peer sends no more. True if the
  // caller now owns the connection; otherwise its owner will see to it.
  bool TakeForEvent(bool hung_up) {
    const std::uint32_t event = kEvent | (hung_up ? kHungUp : 0U);
    const std::uint32_t before = state_.fetch_or(kOwned | event, std::memory_order_acq_rel);
    if ((before & kOwned) != 0) return false;
    state_.fetch_and(~kEvent, std::memory_order_acq_rel);
    return true;
  }

  // True if nobody owned the connection, so that the caller does now.
  bool Take() { return (state_.fetch_or(kOwned, std::memory_order_acq_rel) & kOwned) == 0; }

  // Lets go. False if something happened meanwhile: then the caller still owns the connection, and
  // has to look after it.
  bool LetGo() {
    std::uint32_t state = state_.load(std::memory_order_acquire);
    for (;;) {
      if ((state & kEvent) != 0) {
        state_.fetch_and(~kEvent, std::memory_order_acq_rel);
        return false;
      }
      if (state_.compare_exchange_weak(state, state & ~kOwned, std::memory_order_acq_rel)) {
        return true;
      }
    }
  }

  // Whether the peer was seen to send no more.
  bool hung_up() const { return (state_.load(std::memory_order_acquire) & kHungUp) != 0; }

 private:
  static constexpr std::uint32_t kOwned = 1;
  static constexpr std::uint32_t kEvent = 2;
  static constexpr std::uint32_t kHungUp = 4;

  std::atomic<std::uint32_t> state_{0};
};

}  // namespace autopulse::callevents::adapter::http
