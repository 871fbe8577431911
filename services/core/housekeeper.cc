#include "services/core/housekeeper.h"

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::core {
namespace {

// A step takes some milliseconds; so long, then, nothing keeps others from writing.
constexpr absl::Duration kPauseBetweenSteps = absl::Milliseconds(20);

}  // namespace

Housekeeper::Housekeeper(Retention& retention, Eraser& eraser, absl::Duration interval)
    : retention_(retention),
      eraser_(eraser),
      interval_(interval),
      thread_(base::StartThread("housekeeper", [this] { Run(); })) {}

Housekeeper::~Housekeeper() {
  stopping_ = true;
  pause_.Wake();
  thread_.join();
}

// Whether it is to go on.
bool Housekeeper::Pause(absl::Duration duration) {
  if (stopping_) return false;
  pause_.For(duration);
  return !stopping_;
}

void Housekeeper::Run() {
  do {
    RunRound();
  } while (Pause(interval_));
}

void Housekeeper::RunRound() {
  const auto run_task = [this](absl::string_view what,
                               absl::FunctionRef<absl::StatusOr<RetentionStep>()> run_step) {
    std::size_t calls = 0;
    absl::StatusOr<RetentionStep> step = run_step();
    while (step.ok() && !step->done) {
      calls += step->calls;
      if (!Pause(kPauseBetweenSteps)) return;
      step = run_step();
    }
    if (!step.ok()) {  // the next round tries again
      base::LogWarning("housekeeping failed", {{"task", what}, {"error", step.status().message()}});
      return;
    }
    calls += step->calls;
    if (calls > 0) base::LogInfo("housekeeping done", {{"task", what}, {"calls", calls}});
  };
  std::int64_t after = 0;
  run_task("fold", [this] { return retention_.Fold(); });
  run_task("erase", [&] { return retention_.Erase(after); });
  eraser_.Scrub().IgnoreError();  // it says so itself when it is late
}

}  // namespace autopulse::callevents::core
