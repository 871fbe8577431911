#include "services/domain/call_event.h"

namespace autopulse::callevents::domain {

absl::Time EventTime(std::optional<absl::Time> reported, absl::Time receive_time) {
  if (!reported || *reported > receive_time + kMaxClockSkew) return ToMicroseconds(receive_time);
  return ToMicroseconds(*reported);
}

absl::Time ToMicroseconds(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

}  // namespace autopulse::callevents::domain
