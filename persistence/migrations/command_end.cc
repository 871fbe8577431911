#include "persistence/migrations/command_end.h"

#include <iostream>

#include "services/base/config.h"
#include "services/base/process.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

int ExitCodeOf(const absl::Status& error) {
  if (absl::IsInvalidArgument(error)) return base::kExitUsage;
  return absl::IsUnavailable(error) ? base::kExitConfiguration : base::kExitFailure;
}

}  // namespace

int Finish(absl::StatusOr<int> result, Effect effect) {
  if (result.ok() && effect == Effect::kPrints) {
    if (const absl::Status written = base::FlushStandardOutput(); !written.ok()) result = written;
  }
  if (result.ok()) return *result;
  std::cerr << "call-event-migrate: " << result.status().message() << "\n";
  return ExitCodeOf(result.status());
}

}  // namespace autopulse::callevents::persistence::migrations
