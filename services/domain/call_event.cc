#include "services/domain/call_event.h"

namespace autopulse::callevents::domain {
namespace {

// Each kind with nothing in it.
struct Emptied {
  EventDetail operator()(const StatusUpdate&) const {
    StatusUpdate update;
    update.call_status = CallStatus::kUnspecified;
    return update;
  }
  EventDetail operator()(const Hangup&) const { return Hangup(); }
  EventDetail operator()(const EndOfCallReport&) const { return EndOfCallReport(); }
  EventDetail operator()(const Notice&) const { return Notice(); }
};

}  // namespace

absl::Time EventTime(std::optional<absl::Time> reported, absl::Time receive_time) {
  if (!reported || *reported > receive_time + kMaxClockSkew) return ToMicroseconds(receive_time);
  return ToMicroseconds(*reported);
}

bool IsTranscribed(absl::string_view role) { return role != "system"; }

absl::Time EntryTime(std::optional<absl::Time> reported, absl::Time event_time) {
  return reported.value_or(event_time);
}

absl::Time ToMicroseconds(absl::Time time) {
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

CallEvent WithoutDetail(CallEvent event) {
  event.detail = std::visit(Emptied(), event.detail);
  return event;
}

}  // namespace autopulse::callevents::domain
