#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "adapter/http/head.h"
#include "adapter/relay/relay_targets.h"
#include "services/base/work_queue.h"

namespace autopulse::callevents::adapter::relay {

// What became of a message that was to be relayed.
enum class RelayOutcome { kAnswered, kBusy, kUnreachable, kTimedOut, kTooLarge };

// A word for counters and logs: `answered`, `timed_out`.
absl::string_view RelayOutcomeName(RelayOutcome outcome);

// The other server's answer, where the outcome is that there is one.
struct Relayed {
  RelayOutcome outcome = RelayOutcome::kAnswered;
  int http_status = 0;
  std::string content_type = {};
  std::string body = {};
};

// Passes the messages that VAPI waits on to the server that answers them [V6]: body and headers,
// those of authentication among them, as they came. Has a number of threads of its own, so that a
// server that hangs costs at most as many of the callers, and only until their time is up.
// Redirections are not followed: they are relayed. Thread-safe.
class Relay {
 public:
  struct Options {
    RelayTargets targets = {};
    absl::Duration timeout = absl::Seconds(15);  // from the message to the whole answer
    int concurrency = 16;                        // messages on their way at a time
    std::size_t max_answer_bytes = std::size_t{8} << 20;
  };

  explicit Relay(const Options& options);

  // Ends what is on its way.
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // Passes on a message, unless its type goes nowhere; `head` is the request's. Blocks until the
  // answer is there or the time is up: Options::timeout, 7 seconds at most for an
  // `assistant-request`, for which VAPI waits 7.5.
  std::optional<Relayed> Forward(absl::string_view type, const http::RequestHead& head,
                                 absl::string_view body);

 private:
  struct Job;

  bool TakeSlot();
  void Run(Job& job);
  bool Begin(Job& job);

  const Options options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int on_their_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<Job*> jobs_ ABSL_GUARDED_BY(mutex_);
  base::WorkQueue threads_;  // the first to be destroyed: it waits for what still runs
};

}  // namespace autopulse::callevents::adapter::relay
