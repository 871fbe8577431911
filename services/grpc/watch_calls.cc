#include "services/grpc/watch_calls.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "services/base/thread.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr absl::Duration kLongestPause = absl::Seconds(1);  // between two looks at idle streams

}  // namespace

Watchers::Watchers(core::CallStore& store, core::CallFeed& feed, absl::Duration keep_alive)
    : feed_(feed),
      keep_alive_interval_(keep_alive),
      pumps_(std::make_unique<base::WorkQueue>("watch-pump", kWatchPumps)),
      surroundings_{.store = store,
                    .feed = feed,
                    .pumps = *pumps_,
                    .keep_alive = keep_alive,
                    .on_done = [this](const auto& watcher) { Remove(watcher); }},
      keep_alive_(base::StartThread("keep-alive", [this] { KeepAlive(); })) {}

Watchers::~Watchers() {
  Stop();
  keep_alive_.join();
  {
    const auto all_gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return watchers_.empty(); };
    const absl::MutexLock lock(&mutex_, absl::Condition(&all_gone));
  }
  pumps_.reset();
}

void Watchers::Watch(Watcher::WatchRpc& rpc, Arrival arrival) {
  const Watcher::Begin begin(feed_);
  absl::StatusOr<Watcher::Subject> subject =
      Watcher::ReadSubject(rpc.TakeRequest(), std::move(arrival), begin.newest);
  if (!subject.ok()) {
    rpc.Finish(subject.status());
    return;
  }
  const auto watcher = std::make_shared<Watcher>(surroundings_, rpc, *std::move(subject), begin);
  Watcher::Judge judge;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) {
      rpc.Finish(absl::UnavailableError("the service is stopping"));
      return;
    }
    watchers_.insert(watcher);
    judge = judge_;
  }
  watcher->Start();
  // It may have been let in before, and looked at by nobody since.
  if (judge) watcher->AdmitAgain(judge);
}

void Watchers::AdmitAgain(const Watcher::Judge& judge) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const absl::MutexLock lock(&mutex_);
    judge_ = judge;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) watcher->AdmitAgain(judge);
}

void Watchers::Stop() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  pause_.Wake();
  const auto why =
      absl::UnavailableError("the service is stopping; watch again with the last resume_token");
  for (const auto& watcher : watchers) watcher->End(why);
}

void Watchers::Remove(const std::shared_ptr<Watcher>& watcher) {
  const absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

void Watchers::KeepAlive() {
  while (!pause_.For(std::min(keep_alive_interval_ / 2, kLongestPause))) {
    std::vector<std::shared_ptr<Watcher>> watchers;
    {
      const absl::MutexLock lock(&mutex_);
      watchers.assign(watchers_.begin(), watchers_.end());
    }
    for (const auto& watcher : watchers) watcher->KeepAliveAt(std::chrono::steady_clock::now());
  }
}

}  // namespace autopulse::callevents::rpc
