#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter {

// Sends the events of many threads in few requests: what comes in while requests are under way goes
// together with the next one; with none under way an event goes at once. Thread-safe.
//
// It has no thread of its own: whoever has nothing to wait for sends for all that wait. Events
// leave in the order in which they came in, but requests may overtake one another: whose events
// must stay in order waits for one before it reports the next.
class ReportBatcher {
 public:
  using Request = v1::ReportCallEventRequest;
  using Result = absl::StatusOr<v1::ReportCallEventResponse>;

  // Sends events in one request and returns one result for each.
  using Send = std::function<std::vector<Result>(absl::Span<const Request* const> events,
                                                 absl::Time deadline)>;

  struct Limits {
    std::size_t under_way = 2;  // requests, so that one is prepared while the other one commits
    std::size_t events = 128;   // in one request
    std::size_t bytes = std::size_t{1} << 20;  // in one request of more than one event
  };

  ReportBatcher(Send send, absl::Duration timeout) : ReportBatcher(send, timeout, Limits()) {}
  ReportBatcher(Send send, absl::Duration timeout, const Limits& limits);

  // Reports one event and waits for what became of it, for at most `timeout` from now.
  Result Report(const Request& request);

  // How many events wait for a request to end.
  std::size_t waiting() const;

 private:
  struct Waiting;

  // Sends them, and has the next ones sent by the first of them.
  void SendFor(const std::vector<Waiting*>& events);
  // The events of the next request, oldest first.
  std::vector<Waiting*> TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Send send_;
  const absl::Duration timeout_;
  const Limits limits_;
  mutable absl::Mutex mutex_;
  // Nobody waits unless as many requests are under way as may be.
  std::deque<Waiting*> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace autopulse::callevents::adapter
