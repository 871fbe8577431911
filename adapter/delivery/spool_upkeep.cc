#include "adapter/delivery/spool_upkeep.h"

#include <utility>

#include "absl/status/statusor.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr absl::Duration kPeriod = absl::Seconds(10);

// Between two steps, so that webhooks get to the spool meanwhile.
constexpr absl::Duration kStepPause = absl::Milliseconds(20);

constexpr int kLettersOfAStep = 500;

// With more than these waiting the file is about to be used, not to be made smaller.
constexpr std::int64_t kFewPending = 1'000;

}  // namespace

SpoolUpkeep::SpoolUpkeep(persistence::spool::EventSpool& spool, absl::Duration retention,
                         base::Clock clock)
    : spool_(spool), retention_(retention), clock_(std::move(clock)) {}

SpoolUpkeep::~SpoolUpkeep() { Stop(); }

void SpoolUpkeep::Start() {
  thread_ = base::StartThread("spool-upkeep", [this] { Run(); });
}

void SpoolUpkeep::Stop() {
  pause_.Wake();
  if (thread_.joinable()) thread_.join();
}

void SpoolUpkeep::Run() {
  do {
    RunOnce();
  } while (!Pause(kPeriod));
}

void SpoolUpkeep::RunOnce() {
  RemoveOldDeadLetters();
  GiveSpaceBack();
}

void SpoolUpkeep::RemoveOldDeadLetters() {
  if (retention_ == absl::ZeroDuration()) return;
  std::int64_t count = 0;
  absl::StatusOr<int> removed = 0;
  do {
    removed = spool_.dead_letters().RemoveOlder(clock_() - retention_, kLettersOfAStep);
    count += removed.value_or(0);
  } while (removed.ok() && *removed == kLettersOfAStep && !Pause(kStepPause));
  if (count > 0) base::LogInfo("old dead letters removed", {{"count", count}});
  if (!removed.ok()) base::LogError("spool not written", {{"error", removed.status().message()}});
}

void SpoolUpkeep::GiveSpaceBack() {
  absl::StatusOr<bool> more = true;
  while (more.ok() && *more && spool_.pending() < kFewPending) {
    more = spool_.Shrink();
    if (Pause(kStepPause)) return;
  }
  if (!more.ok()) base::LogError("spool not written", {{"error", more.status().message()}});
}

// Whether it is time to stop.
bool SpoolUpkeep::Pause(absl::Duration time) {
  // Once it is woken no further step is made.
  stopping_ = stopping_ || pause_.For(time);
  return stopping_;
}

}  // namespace autopulse::callevents::adapter
