#pragma once

#include <cstddef>
#include <ostream>
#include <string>

#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "clients/cpp/callctl/text_table.h"

// What callctl shows of the API's resources where JSON is not asked for. Statuses are the
// document's words [S1].
namespace autopulse::callevents::callctl {

void PrintCall(std::ostream& out, const v1::Call& call);
void PrintServiceRecord(std::ostream& out, const v1::ServiceRecord& service_record);
void PrintEvent(std::ostream& out, const v1::CallEvent& event);

// Print tables. `wrap_width` is that of `TextTable::Print`.
void PrintCalls(std::ostream& out, const v1::ListCallsResponse& calls);
void PrintServiceRecords(std::ostream& out, const v1::ListServiceRecordsResponse& service_records);
void PrintEvents(std::ostream& out, const v1::ListCallEventsResponse& events);
void PrintTranscript(std::ostream& out, const v1::ListTranscriptEntriesResponse& entries,
                     std::size_t wrap_width);
void PrintAttempts(std::ostream& out, const v1::ListCallAttemptsResponse& attempts);

// What an event is, as `status`, `hangup`, `report`, `notice`, and the word or reason in it.
std::string EventKind(const v1::CallEvent& event);
std::string EventDetail(const v1::CallEvent& event);

// When it happened, or was received where the provider gave no time.
std::string EventTime(const v1::CallEvent& event);

}  // namespace autopulse::callevents::callctl
