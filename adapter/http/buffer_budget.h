#pragma once

#include <atomic>
#include <cstddef>

namespace autopulse::callevents::adapter::http {

// How much memory the buffers of some connections may take together. Thread-safe.
class BufferBudget {
 public:
  explicit BufferBudget(std::size_t limit) : limit_(limit) {}

  // Books `bytes` in place of `before`. False, and nothing changes, if that would be too much.
  bool Rebook(std::size_t before, std::size_t bytes) {
    if (bytes <= before) {
      used_.fetch_sub(before - bytes, std::memory_order_relaxed);
      return true;
    }
    const std::size_t more = bytes - before;
    if (used_.fetch_add(more, std::memory_order_relaxed) + more <= limit_) return true;
    used_.fetch_sub(more, std::memory_order_relaxed);
    return false;
  }

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

// The budgets that a connection draws on.
struct BufferBudgets {
  BufferBudget& all;                      // of all connections, for whatever they hold
  BufferBudget& unauthorized;             // of all connections, for what just anybody may send
  BufferBudget& unauthorized_of_address;  // of those of its address, for the same
};

// What one connection has booked. Used by one thread at a time; the budgets must outlive it.
class BufferBooking {
 public:
  explicit BufferBooking(const BufferBudgets& budgets) : budgets_(budgets) {}
  ~BufferBooking() { Book(0, /*is_authorized=*/true); }
  BufferBooking(const BufferBooking&) = delete;
  BufferBooking& operator=(const BufferBooking&) = delete;

  // Books `bytes` in place of what it has. False if that is too much: then less is to be booked
  // before anything else. Less of the same kind, or of what is authorized, is never too much.
  bool Book(std::size_t bytes, bool is_authorized) {
    const std::size_t unauthorized = is_authorized ? 0 : bytes;
    return Change(budgets_.unauthorized_of_address, of_address_, unauthorized) &&
           Change(budgets_.unauthorized, unauthorized_, unauthorized) &&
           Change(budgets_.all, all_, bytes);
  }

 private:
  static bool Change(BufferBudget& budget, std::size_t& booked, std::size_t bytes) {
    if (bytes == booked) return true;
    if (!budget.Rebook(booked, bytes)) return false;
    booked = bytes;
    return true;
  }

  const BufferBudgets budgets_;
  std::size_t all_ = 0;
  std::size_t unauthorized_ = 0;
  std::size_t of_address_ = 0;
};

}  // namespace autopulse::callevents::adapter::http
