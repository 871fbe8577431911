#include "services/core/readiness.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::core {
namespace {

constexpr int kEnough = 4;  // writes in a row
constexpr char kTask[] = "readiness";

}  // namespace

Readiness::Readiness(WatchedStore& store, Tell tell, absl::Duration interval,
                     absl::Duration patience)
    : store_(store),
      tell_(std::move(tell)),
      interval_(interval),
      patience_(patience),
      seen_(store.failures()),
      good_writes_(kEnough),
      thread_(base::StartThread("readiness", [this] { Run(); })) {}

Readiness::~Readiness() {
  pause_.Wake();
  thread_.join();
}

void Readiness::Run() {
  while (!pause_.For(interval_)) Look();
}

void Readiness::Look() {
  const bool hangs = store_.LongestWrite() > patience_;
  if (const std::int64_t failures = store_.failures(); failures != seen_ || hangs) {
    seen_ = failures;
    if (std::exchange(good_writes_, 0) == kEnough) {
      base::LogWarning("the database takes no events; not ready");
      tell_(false);
    }
  }
  if (hangs) return;  // another write would hang as well, and this thread with it
  if (good_writes_ == kEnough || !TryToWrite().ok() || store_.failures() != seen_) return;
  if (++good_writes_ < kEnough) return;
  base::LogInfo("the database takes events again; ready");
  tell_(true);
}

// Writes another value than before: SQLite writes nothing where nothing changes.
absl::Status Readiness::TryToWrite() {
  return store_.Write(
      [](CallWriter& calls) { return calls.SaveProgress(kTask, absl::ToUnixMicros(absl::Now())); });
}

}  // namespace autopulse::callevents::core
