#include "adapter/delivery/report_batcher.h"

#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace autopulse::callevents::adapter {

// An event and the thread that waits for its result.
struct ReportBatcher::Waiting {
  const Request& request;
  const std::size_t bytes;
  const absl::Time deadline;
  std::optional<Result> result;
  std::vector<Waiting*> to_send;  // by this thread, its own event first
  absl::Notification woken;       // with a result, or to send
};

ReportBatcher::ReportBatcher(Send send, absl::Duration timeout, const Limits& limits)
    : send_(std::move(send)), timeout_(timeout), limits_(limits) {}

ReportBatcher::Result ReportBatcher::Report(const Request& request) {
  Waiting self{.request = request,
               .bytes = request.ByteSizeLong(),
               .deadline = absl::Now() + timeout_,
               .result = std::nullopt,
               .to_send = {},
               .woken = {}};
  {
    const absl::MutexLock lock(&mutex_);
    waiting_.push_back(&self);
    if (under_way_ < limits_.under_way) {
      ++under_way_;
      self.to_send = TakeNext();
    }
  }
  if (self.to_send.empty()) self.woken.WaitForNotification();
  if (!self.to_send.empty()) SendFor(self.to_send);
  return *std::move(self.result);
}

std::size_t ReportBatcher::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return waiting_.size();
}

void ReportBatcher::SendFor(const std::vector<Waiting*>& events) {
  std::vector<const Request*> requests;
  requests.reserve(events.size());
  for (const Waiting* one : events) requests.push_back(&one->request);
  std::vector<Result> results = send_(requests, events.front()->deadline);

  Waiting* next_sender = nullptr;
  {
    const absl::MutexLock lock(&mutex_);
    if (waiting_.empty()) {
      --under_way_;
    } else {
      next_sender = waiting_.front();
      next_sender->to_send = TakeNext();
    }
  }
  if (next_sender != nullptr) next_sender->woken.Notify();
  // The first one is this thread's own.
  events.front()->result = std::move(results.front());
  for (std::size_t i = 1; i < events.size(); ++i) {
    events[i]->result = std::move(results[i]);
    events[i]->woken.Notify();
  }
}

std::vector<ReportBatcher::Waiting*> ReportBatcher::TakeNext() {
  std::vector<Waiting*> next;
  std::size_t bytes = 0;
  while (!waiting_.empty() && next.size() < limits_.events) {
    bytes += waiting_.front()->bytes;
    if (!next.empty() && bytes > limits_.bytes) break;
    next.push_back(waiting_.front());
    waiting_.pop_front();
  }
  return next;
}

}  // namespace autopulse::callevents::adapter
