#include "services/core/call_feed.h"

#include <algorithm>
#include <utility>

namespace autopulse::callevents::core {

CallFeed::CallFeed(std::int64_t last_sequence, std::size_t capacity)
    : capacity_(capacity), kept_after_(last_sequence), last_sequence_(last_sequence) {}

void CallFeed::Publish(Entries entries) {
  {
    const absl::MutexLock lock(&entries_mutex_);
    for (Entry& entry : entries) {
      last_sequence_ = entry->event.sequence;
      entries_.push_back(std::move(entry));
    }
    while (entries_.size() > capacity_) {
      kept_after_ = entries_.front()->event.sequence;
      entries_.pop_front();
    }
  }
  WakeAll();
}

void CallFeed::Advance(std::int64_t sequence) {
  {
    const absl::MutexLock lock(&entries_mutex_);
    entries_.clear();
    kept_after_ = last_sequence_ = std::max(last_sequence_, sequence);
  }
  WakeAll();
}

void CallFeed::Forget() {
  const absl::MutexLock lock(&entries_mutex_);
  entries_.clear();
  kept_after_ = last_sequence_;
  ++times_forgotten_;
}

void CallFeed::GoBackTo(std::int64_t sequence) {
  {
    const absl::MutexLock lock(&entries_mutex_);
    entries_.clear();
    kept_after_ = last_sequence_ = sequence;
    gone_back_ = {.times = gone_back_.times + 1, .to = sequence};
    ++times_forgotten_;
  }
  WakeAll();
}

void CallFeed::WakeAll() const {
  const absl::MutexLock lock(&subscribers_mutex_);
  for (const auto& [subscription, wake] : subscribers_) wake();
}

bool CallFeed::has_subscribers() const {
  const absl::MutexLock lock(&subscribers_mutex_);
  return !subscribers_.empty();
}

std::optional<CallFeed::Entries> CallFeed::After(std::int64_t sequence, std::size_t limit) const {
  const absl::MutexLock lock(&entries_mutex_);
  if (sequence < kept_after_) return std::nullopt;
  const auto first = std::partition_point(
      entries_.begin(), entries_.end(),
      [sequence](const auto& entry) { return entry->event.sequence <= sequence; });
  const auto count = std::min<std::size_t>(limit, static_cast<std::size_t>(entries_.end() - first));
  return Entries(first, first + static_cast<std::ptrdiff_t>(count));
}

CallFeed::GoneBack CallFeed::gone_back() const {
  const absl::MutexLock lock(&entries_mutex_);
  return gone_back_;
}

std::int64_t CallFeed::last_sequence() const {
  const absl::MutexLock lock(&entries_mutex_);
  return last_sequence_;
}

std::uint64_t CallFeed::Subscribe(std::function<void()> wake) {
  const absl::MutexLock lock(&subscribers_mutex_);
  const std::uint64_t subscription = next_subscription_++;
  subscribers_.emplace(subscription, std::move(wake));
  return subscription;
}

void CallFeed::Unsubscribe(std::uint64_t subscription) {
  const absl::MutexLock lock(&subscribers_mutex_);
  subscribers_.erase(subscription);
}

}  // namespace autopulse::callevents::core
