#pragma once

#include <any>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/memo.h"
#include "services/domain/call.h"
#include "services/domain/call_event.h"

namespace autopulse::callevents::core {

// A recorded event, without its transcript, and the call as it left it.
struct FeedEntry {
  FeedEntry(domain::RecordedEvent recorded, domain::Call left)
      : event(std::move(recorded)), call(std::move(left)) {}

  const domain::RecordedEvent event;
  const domain::Call call;
  const base::Memo<std::any> message;  // what the edge sends of it, the same to all who watch
};

// Passes recorded events on to those who watch: wakes them, and keeps the newest events so that a
// thousand watchers do not read them from the database a thousand times. Thread-safe.
class CallFeed {
 public:
  using Entry = std::shared_ptr<const FeedEntry>;
  using Entries = std::vector<Entry>;

  // `last_sequence` is that of the newest event that was recorded before.
  CallFeed(std::int64_t last_sequence, std::size_t capacity);

  // Adds what a transaction recorded, after its commit, and wakes the watchers. Sequences ascend,
  // also from call to call.
  void Publish(Entries entries);

  // Notes that events up to `sequence` were recorded, without keeping them: nobody watches. Wakes
  // whoever has begun meanwhile.
  void Advance(std::int64_t sequence);

  // Drops the events that are kept: who watches reads them from the database, also those that it
  // has taken already and not passed on.
  void Forget();

  // How often that was done.
  std::uint64_t times_forgotten() const { return times_forgotten_; }

  // Goes back to `sequence`, which is that of the newest event now: a standby has taken over that
  // did not have all, and the sequences behind it are given out again. Wakes the watchers.
  void GoBackTo(std::int64_t sequence);

  // How often that was done, and to where at last.
  struct GoneBack {
    std::uint64_t times = 0;
    std::int64_t to = 0;
  };
  GoneBack gone_back() const;

  // Whether somebody watches.
  bool has_subscribers() const;

  // At most `limit` entries behind `sequence`, by sequence. Nothing if some of them are no longer
  // kept and must be read from the database.
  std::optional<Entries> After(std::int64_t sequence, std::size_t limit) const;

  // The sequence of the newest event.
  std::int64_t last_sequence() const;

  // Calls `wake` after each `Publish`, `Advance` and `GoBackTo`, until `Unsubscribe` has returned.
  // `wake` must be quick and must not subscribe or unsubscribe. Returns what `Unsubscribe` takes.
  std::uint64_t Subscribe(std::function<void()> wake);
  void Unsubscribe(std::uint64_t subscription);

 private:
  void WakeAll() const;

  const std::size_t capacity_;

  mutable absl::Mutex entries_mutex_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(entries_mutex_);
  // Everything recorded behind this sequence is in `entries_`.
  std::int64_t kept_after_ ABSL_GUARDED_BY(entries_mutex_);
  std::int64_t last_sequence_ ABSL_GUARDED_BY(entries_mutex_);
  GoneBack gone_back_ ABSL_GUARDED_BY(entries_mutex_);

  std::atomic<std::uint64_t> times_forgotten_ = 0;

  mutable absl::Mutex subscribers_mutex_;
  std::map<std::uint64_t, std::function<void()>> subscribers_ ABSL_GUARDED_BY(subscribers_mutex_);
  std::uint64_t next_subscription_ ABSL_GUARDED_BY(subscribers_mutex_) = 1;
};

}  // namespace autopulse::callevents::core
