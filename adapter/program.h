#pragma once

#include <iostream>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/base/config.h"

namespace autopulse::callevents::adapter {

inline constexpr char kProgram[] = "vapi-webhook-adapter";

// Says on standard error why the program, or a command of it, ends. Returns `exit_code`.
inline int Fail(base::ExitCode exit_code, absl::string_view sentence) {
  std::cerr << kProgram << ": " << sentence << '\n';
  return exit_code;
}

// The same after an error of settings: INVALID_ARGUMENT if they are wrong, anything else if what
// they name does not do.
inline int FailOnSettings(const absl::Status& error) {
  return Fail(absl::IsInvalidArgument(error) ? base::kExitUsage : base::kExitConfiguration,
              error.message());
}

}  // namespace autopulse::callevents::adapter
