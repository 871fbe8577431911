#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <thread>
#include <unordered_set>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/pause.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::rpc {

// An idle stream carries a keep-alive about this often, unless told otherwise.
inline constexpr absl::Duration kKeepAlive = absl::Seconds(30);

class Watcher;

// The streams of WatchCalls. Each tails the journal: from memory while it keeps up, from the
// database while it does not, so a slow client costs no memory. Thread-safe.
class Watchers {
 public:
  Watchers(core::CallStore& store, core::CallFeed& feed, absl::Duration keep_alive = kKeepAlive);
  ~Watchers();
  Watchers(const Watchers&) = delete;
  Watchers& operator=(const Watchers&) = delete;

  // Begins a stream. It ends when the client cancels, with INVALID_ARGUMENT for a filter or token
  // that cannot be read, or with UNAVAILABLE after `Stop`.
  grpc::ServerWriteReactor<v1::WatchCallsResponse>* Watch(const v1::WatchCallsRequest& request);

  // Ends all streams with UNAVAILABLE.
  void Stop();

 private:
  friend class Watcher;

  void Remove(const std::shared_ptr<Watcher>& watcher);
  void KeepAlive();

  core::CallStore& store_;
  core::CallFeed& feed_;
  const absl::Duration keep_alive_interval_;
  base::Pause pause_;  // woken to stop
  absl::Mutex mutex_;
  std::unordered_set<std::shared_ptr<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<base::WorkQueue> pumps_;  // what makes the streams go on
  std::thread keep_alive_;
};

}  // namespace autopulse::callevents::rpc
