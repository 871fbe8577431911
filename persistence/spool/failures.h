#pragma once

#include <string>

#include "absl/time/time.h"

namespace autopulse::callevents::persistence::spool {

// What has failed with an event so far. Times are InfinitePast where there is none. The first error
// is that of an outage only as long as nothing else has failed.
struct Failures {
  int attempts = 0;  // that failed for a reason of the event's own
  std::string first_error = {};
  absl::Time first_error_time = absl::InfinitePast();
  std::string last_error = {};
  absl::Time last_error_time = absl::InfinitePast();
  absl::Time unknown_since = absl::InfinitePast();  // since when its call is not known [U1]
};

}  // namespace autopulse::callevents::persistence::spool
