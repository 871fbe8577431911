#include "adapter/delivery/drainer.h"

#include <utility>

#include "services/base/thread.h"

namespace autopulse::callevents::adapter {
namespace {

// How often it looks for what came in, or is due, while there is nothing to send.
constexpr absl::Duration kIdlePause = absl::Milliseconds(100);

// How many batches are on their way at a time: one is read or deleted while the service has others.
constexpr int kSenders = 4;

}  // namespace

Drainer::Drainer(const Parts& parts, const RetryPolicy& policy, base::Clock clock)
    : parts_(parts), policy_(policy), clock_(std::move(clock)), budget_(policy.budget) {}

Drainer::~Drainer() { Stop(); }

void Drainer::Start() {
  for (int i = 0; i < kSenders; ++i) {
    base::Pause& pause = pauses_.emplace_back();
    threads_.push_back(base::StartThread("spool-sender", [this, i, &pause] { Run(i, pause); }));
  }
}

void Drainer::Stop() {
  for (base::Pause& pause : pauses_) pause.Wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Drainer::Run(int index, base::Pause& pause) {
  SpoolSender sender(parts_, budget_, policy_, clock_, {.count = kSenders, .index = index});
  while (true) {
    const absl::Duration length = sender.SendBatch() > 0 ? absl::ZeroDuration() : kIdlePause;
    if (pause.For(length)) return;
  }
}

}  // namespace autopulse::callevents::adapter
