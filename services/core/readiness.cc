#include "services/core/readiness.h"

#include <utility>

#include "absl/time/clock.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"
#include "services/core/rehearsal.h"

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
      doubts_seen_(store.doubts()),
      good_writes_(kEnough),
      thread_("readiness", [this](base::Pause& pause) {
        while (!pause.For(interval_)) Look();
      }) {}

void Readiness::Look() {
  const bool hangs = store_.LongestWrite() > patience_;
  if (hangs || HasFailed()) {
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

// Since the last look. What may be one event's own fault is the database's if it takes no other.
bool Readiness::HasFailed() {
  absl::Status other;
  if (good_writes_ == kEnough && store_.doubts() != doubts_seen_) other = TryToWrite();
  const bool was_in_the_way = absl::IsAborted(other);  // another program: the doubt stays
  if (!was_in_the_way) doubts_seen_ = store_.doubts();
  const std::int64_t seen = std::exchange(seen_, store_.failures());
  return (!other.ok() && !was_in_the_way) || seen != seen_;
}

// Writes another value than before: SQLite writes nothing where nothing changes.
absl::Status Readiness::TryToWrite() {
  return store_.Write([](CallWriter& calls) -> absl::Status {
    RETURN_IF_ERROR(Rehearse(calls));
    return calls.SaveProgress(kTask, absl::ToUnixMicros(absl::Now()));
  });
}

}  // namespace autopulse::callevents::core
