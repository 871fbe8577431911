#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function if `expression`, an absl::Status, is not OK.
#define RETURN_IF_ERROR(expression)                           \
  do {                                                        \
    if (absl::Status status_ = (expression); !status_.ok()) { \
      return status_;                                         \
    }                                                         \
  } while (false)

// Evaluates `expression`, an absl::StatusOr; assigns its value to `target` (a variable or a
// declaration) or returns its error from the enclosing function.
#define ASSIGN_OR_RETURN(target, expression) \
  ASSIGN_OR_RETURN_IMPL_(AUTOPULSE_CONCAT_(status_or_, __LINE__), target, expression)

#define ASSIGN_OR_RETURN_IMPL_(status_or, target, expression) \
  auto status_or = (expression);                              \
  if (!status_or.ok()) return std::move(status_or).status();  \
  target = *std::move(status_or)

#define AUTOPULSE_CONCAT_(a, b) AUTOPULSE_CONCAT_INNER_(a, b)
#define AUTOPULSE_CONCAT_INNER_(a, b) a##b
