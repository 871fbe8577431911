#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace autopulse::callevents::base {

// What a process has seen, counted by name and label: `unknown_status_word`, `ignored_type/voice`.
//
// Labels come from the outside, so at most `kMaxSeries` are kept apart; what comes later is
// counted under the label `other`. Thread-safe.
class Counters {
 public:
  static constexpr std::size_t kMaxSeries = 1000;

  // Adds one to the series `name`, or `name/label` where a label is given.
  void Increment(absl::string_view name, absl::string_view label = "");

  // How often `Increment` was called for this series.
  std::int64_t Get(absl::string_view name, absl::string_view label = "") const;

  // Every series with its count, by name.
  std::map<std::string, std::int64_t> Snapshot() const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, std::int64_t> counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace autopulse::callevents::base
