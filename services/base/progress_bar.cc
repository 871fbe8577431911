#include "services/base/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace autopulse::callevents::base {
namespace {

constexpr absl::Duration kTerminalInterval = absl::Milliseconds(100);
constexpr absl::Duration kPlainInterval = absl::Seconds(30);

// From the beginning of the line, and what is left of a longer one is wiped out.
constexpr const char* kStartOver = "\r\x1b[K";

// `0:09`, `12:00`, `3:00:00`.
std::string Clocked(double seconds) {
  // More than that is shown by nobody for long, and fits into no integer.
  const auto whole = static_cast<std::int64_t>(std::min(seconds, 1e9));
  const std::int64_t hours = whole / 3600;
  const std::int64_t minutes = whole / 60 % 60;
  if (hours > 0) return absl::StrFormat("%d:%02d:%02d", hours, minutes, whole % 60);
  return absl::StrFormat("%d:%02d", minutes, whole % 60);
}

}  // namespace

ProgressOutput StandardErrorProgress() {
  return {.stream = &std::cerr, .terminal = isatty(STDERR_FILENO) == 1, .clock = SteadyClock()};
}

ProgressBar::ProgressBar(std::string what, std::int64_t total, ProgressOutput output)
    : what_(std::move(what)), total_(total), output_(std::move(output)), begin_(output_.clock()) {
  const absl::MutexLock lock(&mutex_);
  if (!output_.terminal) drawn_ = begin_;  // the first plain line is an interval away too
}

ProgressBar::~ProgressBar() {
  const absl::MutexLock lock(&mutex_);
  if (!output_.terminal) return;
  Draw(output_.clock());
  *output_.stream << std::endl;
}

void ProgressBar::Advance(std::int64_t count) {
  const absl::MutexLock lock(&mutex_);
  done_ += count;
  const absl::Time now = output_.clock();
  const absl::Duration interval = output_.terminal ? kTerminalInterval : kPlainInterval;
  if (!drawn_ || now - *drawn_ >= interval) Draw(now);
}

void ProgressBar::Clear() {
  const absl::MutexLock lock(&mutex_);
  if (!output_.terminal || !drawn_) return;
  *output_.stream << kStartOver << std::flush;
  drawn_.reset();
}

std::string ProgressBar::Line(absl::Time now) const {
  const double seconds = absl::ToDoubleSeconds(now - begin_);
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  std::string line = absl::StrCat(what_, " ", done_);
  if (total_ > 0) {
    absl::StrAppendFormat(&line, "/%d %.0f%%", total_,
                          100 * static_cast<double>(done_) / static_cast<double>(total_));
  }
  // Slow ones are told apart by their first decimal.
  absl::StrAppendFormat(&line, " %.*f/s", rate < 10 ? 1 : 0, rate);
  if (total_ > done_ && rate > 0) {
    absl::StrAppend(&line, " ", Clocked(static_cast<double>(total_ - done_) / rate), " left");
  } else {
    absl::StrAppend(&line, " in ", Clocked(seconds));
  }
  return line;
}

void ProgressBar::Draw(absl::Time now) {
  drawn_ = now;
  if (output_.terminal) {
    *output_.stream << kStartOver << Line(now) << std::flush;
  } else {
    *output_.stream << Line(now) << std::endl;
  }
}

}  // namespace autopulse::callevents::base
