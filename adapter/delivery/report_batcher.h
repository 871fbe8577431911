#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "adapter/event_request.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter {

// Sends the events of many webhooks in few requests: with no more than one under way an event goes
// at once, else what comes in goes together once there are enough for a request, or one has ended.
// Thread-safe.
//
// It has no thread of its own and waits for nothing: what became of a request is told on a thread
// of whoever sends it, and there the next one is sent. Events leave in the order in which they came
// in, but requests may overtake one another: whose events must stay in order waits for one before
// it reports the next.
class ReportBatcher {
 public:
  using Request = v1::ReportCallEventRequest;
  using Result = absl::StatusOr<v1::ReportCallEventResponse>;

  // Told once what became of an event, which it is given back. Must not block.
  using Done = absl::AnyInvocable<void(EventRequest, Result)>;

  // Told once what became of events sent together: one result for each.
  using Sent = absl::AnyInvocable<void(std::vector<Result>)>;

  // Begins to send events, which live until `sent` is called. Must not block.
  using Send =
      std::function<void(absl::Span<Request* const> events, absl::Time deadline, Sent sent)>;

  struct Limits {
    // Requests: some on their way there and back, some that commit, some that wait for that.
    std::size_t under_way = 6;
    std::size_t least = 8;  // events in one beside two others; beside each more, twice as many more
    std::size_t events = 128;                  // in one request
    std::size_t bytes = std::size_t{1} << 20;  // in one request of more than one event
  };

  ReportBatcher(Send send, absl::Duration timeout)
      : ReportBatcher(std::move(send), timeout, Limits()) {}
  ReportBatcher(Send send, absl::Duration timeout, const Limits& limits);

  // Waits until everything was told that is to be told.
  ~ReportBatcher();

  // Takes an event, which `Flush` sends; it may take `timeout` from now, waiting included.
  void Add(EventRequest request, Done done);

  // Sends what was added, unless as many requests are under way as may be: then it goes when one of
  // them ends.
  void Flush();

  // Reports one event and waits for what became of it. Blocks.
  Result Report(const Request& request);

 private:
  struct Event;
  struct Batch;

  // The events of the next request, oldest first; null if it is not its time.
  std::unique_ptr<Batch> TakeNext();
  void OnSent(Batch& batch, std::vector<Result> results);

  const Send send_;
  const absl::Duration timeout_;
  const Limits limits_;
  absl::Mutex mutex_;
  std::deque<Event> waiting_ ABSL_GUARDED_BY(mutex_);
  std::size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t telling_ ABSL_GUARDED_BY(mutex_) = 0;  // requests that ended, whose events are told
};

}  // namespace autopulse::callevents::adapter
