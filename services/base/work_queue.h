#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/thread.h"

namespace autopulse::callevents::base {

// A fixed number of threads that run what they are given, first in, first out.
//
// The thread that takes requests must not block, and a database does: its reads run here.
// Thread-safe. The destructor runs what is still waiting and joins the threads.
class WorkQueue {
 public:
  // All threads have the same name.
  template <std::size_t kSize>
  WorkQueue(const char (&name)[kSize], std::size_t threads) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.push_back(StartThread(name, [this] { Run(); }));
    }
  }
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // Runs `work` on one of the threads, later. It must not throw.
  void Add(std::function<void()> work);

 private:
  void Run();

  absl::Mutex mutex_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace autopulse::callevents::base
