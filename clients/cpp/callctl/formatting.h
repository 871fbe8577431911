#pragma once

#include <string>

#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// Values of the API as callctl's tables show them.
namespace autopulse::callevents::callctl {

// `2025-05-01T12:00:05Z`, with milliseconds where there are any: `2025-05-01T12:00:05.123Z`. UTC;
// smaller fractions are dropped.
std::string FormatTime(const google::protobuf::Timestamp& time);

// `1m48s`, `1m48.25s`, `0s`. Fractions of a millisecond are dropped.
std::string FormatDuration(const google::protobuf::Duration& duration);

// `0.2018` -> `$0.2018`, `-1` -> `-$1`, empty stays empty.
std::string FormatCost(const std::string& cost_usd);

// The part behind the last slash: the event's own id of `calls/15/events/3f2a`.
std::string LastSegment(const std::string& name);

// Empty if not `present`, otherwise formatted as above.
//
//   FormatIf(call.has_end_time(), call.end_time())
inline std::string FormatIf(bool present, const google::protobuf::Timestamp& time) {
  return present ? FormatTime(time) : "";
}
inline std::string FormatIf(bool present, const google::protobuf::Duration& duration) {
  return present ? FormatDuration(duration) : "";
}

}  // namespace autopulse::callevents::callctl
