#pragma once

#include <cstddef>
#include <memory>
#include <thread>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/pause.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"
#include "services/grpc/gatekeeper.h"
#include "services/grpc/watcher.h"

namespace autopulse::callevents::rpc {

// So many streams go on at a time; one that is behind reads the database meanwhile.
inline constexpr std::size_t kWatchPumps = 2;

// An idle stream carries a keep-alive about this often, unless told otherwise.
inline constexpr absl::Duration kKeepAlive = absl::Seconds(30);

// The streams of WatchCalls. Each tails the journal: from memory while it keeps up, from the
// database while it does not, so a slow client costs no memory. Thread-safe.
class Watchers {
 public:
  Watchers(core::CallStore& store, core::CallFeed& feed, absl::Duration keep_alive = kKeepAlive);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  // Begins a stream of somebody who was let in, as the v1.WatchCallsRequest has it. It ends when
  // the client cancels, with INVALID_ARGUMENT for a message, filter or token that cannot be read,
  // with UNAVAILABLE after `Stop`, or as `AdmitAgain` has it.
  void Watch(Watcher::WatchRpc& rpc, Arrival arrival);

  // Ends the streams of those who may not come in any more, with what `judge` says; also of those
  // who are coming in at this moment, and were let in before. `judge` is kept.
  void AdmitAgain(const Watcher::Judge& judge);

  // Ends all streams with UNAVAILABLE.
  void Stop();

 private:
  void Remove(const std::shared_ptr<Watcher>& watcher);
  void KeepAlive();

  core::CallFeed& feed_;
  const absl::Duration keep_alive_interval_;
  base::Pause pause_;  // woken to stop
  absl::Mutex mutex_;
  std::unordered_set<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  Watcher::Judge judge_ ABSL_GUARDED_BY(mutex_);  // of the last `AdmitAgain`
  std::unique_ptr<base::WorkQueue> pumps_;        // what makes the streams go on
  const Watcher::Surroundings surroundings_;
  std::thread keep_alive_;
};

}  // namespace autopulse::callevents::rpc
