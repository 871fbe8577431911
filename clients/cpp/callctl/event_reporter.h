#pragma once

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "clients/cpp/callctl/session.h"

namespace autopulse::callevents::callctl {

// Reports one event and prints what became of it.
absl::StatusOr<ExitCode> ReportOne(Session& session, const v1::ReportCallEventRequest& event);

// Reports events in their order, in batches, and prints what became of each, as far as it came.
// Returns `kEventsRefused` if some were not recorded.
absl::StatusOr<ExitCode> ReportSeveral(Session& session,
                                       const std::vector<v1::ReportCallEventRequest>& events);

// Returns how many of `events`, from `begin` on, go into one batch: at most 500, of no more bytes
// than surely fit a message, but at least one.
std::size_t BatchLength(const std::vector<v1::ReportCallEventRequest>& events, std::size_t begin);

}  // namespace autopulse::callevents::callctl
