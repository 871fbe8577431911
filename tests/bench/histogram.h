#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "nlohmann/json.hpp"

namespace autopulse::callevents::bench {

// Counts durations in buckets that are 1/64 of their value wide, from 1 ns to beyond a minute. Not
// thread-safe.
class Histogram {
 public:
  void Record(std::int64_t nanoseconds) {
    const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 1));
    ++counts_[std::min(BucketOf(value), counts_.size() - 1)];
    ++count_;
    max_ = std::max(max_, value);
  }

  // Adds what another histogram has counted.
  void Add(const Histogram& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
    max_ = std::max(max_, other.max_);
  }

  std::uint64_t count() const { return count_; }

  // The upper end, in microseconds, of the bucket below which `percent` of the durations are.
  double Microseconds(double percent) const {
    const auto wanted = static_cast<double>(count_) * percent / 100;
    double seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      seen += static_cast<double>(counts_[i]);
      if (counts_[i] > 0 && seen >= wanted) {
        return static_cast<double>(std::min(UpperEnd(i), max_)) / 1e3;
      }
    }
    return 0;
  }

  // The percentiles that reports and pictures show: {"50": 812.5, ...}, microseconds.
  nlohmann::json Percentiles() const {
    nlohmann::json result = nlohmann::json::object();
    for (const char* percent : {"50", "75", "90", "95", "99", "99.5", "99.9", "99.99", "100"}) {
      result[percent] = Microseconds(std::atof(percent));
    }
    return result;
  }

 private:
  static constexpr int kSubBits = 6;

  static std::size_t BucketOf(std::uint64_t value) {
    const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - kSubBits - 1);
    return (static_cast<std::size_t>(shift) << kSubBits) + (value >> shift);
  }

  static std::uint64_t UpperEnd(std::size_t bucket) {
    if (bucket < (std::size_t{2} << kSubBits)) return bucket;
    const std::size_t shift = (bucket >> kSubBits) - 1;
    const std::uint64_t base = (bucket & ((1U << kSubBits) - 1)) + (1U << kSubBits);
    return ((base + 1) << shift) - 1;
  }

  std::array<std::uint64_t, 32U << kSubBits> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace autopulse::callevents::bench
