#include "adapter/delivery/undelivered.h"

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter {

void NoteFailure(const absl::Status& error, absl::Time now,
                 persistence::spool::Failures& failures) {
  failures.last_error = absl::StrCat(absl::StatusCodeToString(error.code()), ": ", error.message());
  failures.last_error_time = now;
  if (failures.first_error_time == absl::InfinitePast()) {
    failures.first_error = failures.last_error;
    failures.first_error_time = now;
  }
  if (error.code() != absl::StatusCode::kNotFound) {
    failures.unknown_since = absl::InfinitePast();
  } else if (failures.unknown_since == absl::InfinitePast()) {
    failures.unknown_since = now;
  }
}

}  // namespace autopulse::callevents::adapter
