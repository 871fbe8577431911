#pragma once

#include <atomic>
#include <cstddef>

namespace autopulse::callevents::adapter::http {

// How much memory the buffers of all connections may take together. Thread-safe.
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

}  // namespace autopulse::callevents::adapter::http
