#include "services/base/counters.h"

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::base {
namespace {

std::string SeriesName(absl::string_view name, absl::string_view label) {
  return label.empty() ? std::string(name) : absl::StrCat(name, "/", label);
}

}  // namespace

void Counters::Increment(absl::string_view name, absl::string_view label) {
  std::string series = SeriesName(name, label);
  const absl::MutexLock lock(&mutex_);
  if (counts_.size() >= kMaxSeries && !counts_.contains(series)) series = SeriesName(name, "other");
  ++counts_[series];
}

std::int64_t Counters::Get(absl::string_view name, absl::string_view label) const {
  const absl::MutexLock lock(&mutex_);
  const auto found = counts_.find(SeriesName(name, label));
  return found == counts_.end() ? 0 : found->second;
}

std::map<std::string, std::int64_t> Counters::Snapshot() const {
  const absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace autopulse::callevents::base
