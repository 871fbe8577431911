#include "adapter/delivery/report_batcher.h"

#include <optional>
#include <utility>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"

namespace autopulse::callevents::adapter {

struct ReportBatcher::Event {
  EventRequest request;
  std::size_t bytes = 0;
  absl::Time deadline;
  Done done;
};

// Events that are sent together.
struct ReportBatcher::Batch {
  std::vector<Event> events;
  std::vector<Request*> requests;
};

ReportBatcher::ReportBatcher(Send send, absl::Duration timeout, const Limits& limits)
    : send_(std::move(send)), timeout_(timeout), limits_(limits) {}

ReportBatcher::~ReportBatcher() {
  const auto is_idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return waiting_.empty() && under_way_ == 0 && telling_ == 0;
  };
  const absl::MutexLock lock(&mutex_, absl::Condition(&is_idle));
}

void ReportBatcher::Add(EventRequest request, Done done) {
  const std::size_t bytes = request->ByteSizeLong();
  const absl::Time deadline = absl::Now() + timeout_;
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back({std::move(request), bytes, deadline, std::move(done)});
}

void ReportBatcher::Flush() {
  while (std::unique_ptr<Batch> batch = TakeNext()) {
    Batch& taken = *batch;
    const absl::Time deadline = taken.events.front().deadline;
    send_(taken.requests, deadline,
          [this, batch = std::move(batch)](std::vector<Result> results) mutable {
            OnSent(*batch, std::move(results));
          });
  }
}

ReportBatcher::Result ReportBatcher::Report(const Request& request) {
  std::optional<Result> reported;
  absl::Notification done;
  Add(MakeEventRequest(request), [&](EventRequest /*sent*/, Result result) {
    reported = std::move(result);
    done.Notify();
  });
  Flush();
  done.WaitForNotification();
  return *std::move(reported);
}

std::unique_ptr<ReportBatcher::Batch> ReportBatcher::TakeNext() {
  const absl::MutexLock lock(&mutex_);
  if (waiting_.empty() || under_way_ >= limits_.under_way) return nullptr;
  // Whoever has few to send is answered soonest; else a request should be worth its transaction,
  // and the more so the more there are: many small ones keep the cores from what they carry.
  if (under_way_ > 1 && waiting_.size() < (2 * under_way_ - 3) * limits_.least) return nullptr;
  ++under_way_;
  auto next = std::make_unique<Batch>();
  std::size_t bytes = 0;
  while (!waiting_.empty() && next->events.size() < limits_.events) {
    bytes += waiting_.front().bytes;
    if (!next->events.empty() && bytes > limits_.bytes) break;
    next->requests.push_back(waiting_.front().request.get());
    next->events.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return next;
}

void ReportBatcher::OnSent(Batch& batch, std::vector<Result> results) {
  {
    const absl::MutexLock lock(&mutex_);
    --under_way_;
    ++telling_;
  }
  Flush();  // before anything else, so that the service is not kept waiting
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    batch.events[i].done(std::move(batch.events[i].request), std::move(results[i]));
  }
  Flush();  // what came of it
  const absl::MutexLock lock(&mutex_);
  --telling_;
}

}  // namespace autopulse::callevents::adapter
