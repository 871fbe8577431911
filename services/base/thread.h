#pragma once

#include <pthread.h>

#include <cstddef>
#include <thread>
#include <utility>

namespace autopulse::callevents::base {

// A thread that runs `work` and has a name: `top -H`, debuggers and profilers show it, so that one
// sees which part of a process is busy. The name is a literal of at most 15 characters, which is
// what Linux keeps.
template <std::size_t kSize, typename Work>
std::thread StartThread(const char (&name)[kSize], Work work) {
  static_assert(kSize <= 16, "Linux keeps 15 characters of a thread's name");
  return std::thread([&name, work = std::move(work)]() mutable {
    pthread_setname_np(pthread_self(), name);
    work();
  });
}

}  // namespace autopulse::callevents::base
