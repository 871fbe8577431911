#include "services/grpc/queries.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"
#include "services/core/call_matcher.h"
#include "services/domain/fold.h"
#include "services/grpc/filter.h"
#include "services/grpc/page_token.h"
#include "services/grpc/resource_name.h"
#include "services/grpc/to_proto.h"

namespace autopulse::callevents::rpc {
namespace {

// One page of a list: how many, and behind what.
struct Page {
  int size = 0;
  std::optional<core::CallPosition> after;

  // One more than the page, to see whether there is a next.
  int limit() const { return size + 1; }
  std::int64_t after_id() const { return after ? after->id : 0; }
};

template <typename Request>
absl::StatusOr<Page> ReadPage(const Request& request, const std::string& query) {
  Page page;
  ASSIGN_OR_RETURN(page.size, PageSize(request.page_size()));
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(page.after, DecodePageToken(query, request.page_token()));
  }
  return page;
}

// Cuts what was read to the page; whether there is more.
template <typename T>
bool CutTo(const Page& page, std::vector<T>& read) {
  if (read.size() <= static_cast<std::size_t>(page.size)) return false;
  read.resize(static_cast<std::size_t>(page.size));
  return true;
}

// The call of a `parent`; NOT_FOUND if there is none, even where its list would be empty.
absl::StatusOr<std::int64_t> ReadParent(core::CallReader& calls, const std::string& parent) {
  ASSIGN_OR_RETURN(const std::int64_t call_id, ParseCallName("parent", parent));
  RETURN_IF_ERROR(calls.GetCall(call_id).status());
  return call_id;
}

}  // namespace

absl::Status Answer(core::CallReader& calls, const v1::GetServiceRecordRequest& request,
                    v1::GetServiceRecordResponse& response) {
  ASSIGN_OR_RETURN(const std::int64_t id, ParseServiceRecordName("name", request.name()));
  ASSIGN_OR_RETURN(const domain::ServiceRecord record, calls.GetServiceRecord(id));
  ToProto(record, *response.mutable_service_record());
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListServiceRecordsRequest& request,
                    v1::ListServiceRecordsResponse& response) {
  const std::string query = "serviceRecords";
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  std::optional<std::int64_t> before_id;
  if (page.after) before_id = page.after->id;
  ASSIGN_OR_RETURN(std::vector<domain::ServiceRecord> records,
                   calls.ListServiceRecords(before_id, page.limit()));
  const bool more = CutTo(page, records);
  for (const domain::ServiceRecord& record : records) {
    ToProto(record, *response.add_service_records());
  }
  if (more) {
    response.set_next_page_token(
        EncodePageToken(query, {.time = std::nullopt, .id = records.back().id}));
  }
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListCallsRequest& request,
                    v1::ListCallsResponse& response) {
  const std::string query = absl::StrCat("calls\n", request.filter(), "\n", request.order_by());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  core::CallQuery wanted;
  ASSIGN_OR_RETURN(wanted.conditions, ParseFilter(request.filter()));
  ASSIGN_OR_RETURN(const CallOrder order, ParseOrderBy(request.order_by()));
  wanted.order_by = order.field;
  wanted.descending = order.descending;
  wanted.after = page.after;
  wanted.limit = page.limit();
  ASSIGN_OR_RETURN(std::vector<domain::Call> found, calls.ListCalls(wanted));
  const bool more = CutTo(page, found);
  for (const domain::Call& call : found) ToProto(call, *response.add_calls());
  if (more) {
    core::CallPosition last{.time = std::nullopt, .id = found.back().id};
    if (order.field) last.time = core::TimeOf(found.back(), *order.field);
    response.set_next_page_token(EncodePageToken(query, last));
  }
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::GetCallEventRequest& request,
                    v1::GetCallEventResponse& response) {
  ASSIGN_OR_RETURN(const CallEventKey key, ParseCallEventName("name", request.name()));
  RETURN_IF_ERROR(calls.GetCall(key.call_id).status());
  ASSIGN_OR_RETURN(const std::optional<domain::RecordedEvent> event,
                   calls.FindEvent(key.call_id, key.event_id));
  if (!event) return absl::NotFoundError(absl::StrCat(request.name(), " not found"));
  ToProto(*event, *response.mutable_event());
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListCallEventsRequest& request,
                    v1::ListCallEventsResponse& response) {
  const std::string query = absl::StrCat("events\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  ASSIGN_OR_RETURN(std::vector<domain::RecordedEvent> events,
                   calls.ListEvents(call_id, page.after_id(), page.limit()));
  const bool more = CutTo(page, events);
  for (const domain::RecordedEvent& event : events) ToProto(event, *response.add_events());
  if (more) {
    response.set_next_page_token(
        EncodePageToken(query, {.time = std::nullopt, .id = events.back().sequence}));
  }
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListTranscriptEntriesRequest& request,
                    v1::ListTranscriptEntriesResponse& response) {
  const std::string query = absl::StrCat("transcript\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  ASSIGN_OR_RETURN(std::vector<core::StoredTranscriptEntry> entries,
                   calls.ListTranscript(call_id, page.after_id(), page.limit()));
  const bool more = CutTo(page, entries);
  for (const core::StoredTranscriptEntry& stored : entries) {
    v1::TranscriptEntry& entry = *response.add_transcript_entries();
    ToProto(stored.entry, entry);
    entry.set_name(TranscriptEntryName(call_id, stored.id));
  }
  if (more) {
    response.set_next_page_token(
        EncodePageToken(query, {.time = std::nullopt, .id = entries.back().id}));
  }
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListCallAttemptsRequest& request,
                    const domain::RuleOptions& rules, v1::ListCallAttemptsResponse& response) {
  const std::string query = absl::StrCat("attempts\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  ASSIGN_OR_RETURN(const std::optional<domain::CallHistory> history, calls.FindHistory(call_id));
  if (!history) return absl::OkStatus();
  const std::vector<domain::Attempt> attempts = domain::Fold(*history, rules).attempts;
  const auto first = static_cast<std::size_t>(page.after_id());
  const auto end = std::min(attempts.size(), first + static_cast<std::size_t>(page.size));
  for (std::size_t i = first; i < end; ++i) {
    std::vector<domain::TranscriptEntry> transcript;
    if (!attempts[i].transcript_event_id.empty()) {
      ASSIGN_OR_RETURN(transcript,
                       calls.ReportedTranscript(call_id, attempts[i].transcript_event_id));
    }
    v1::CallAttempt& attempt = *response.add_call_attempts();
    ToProto(attempts[i], transcript, attempt);
    attempt.set_newest(i + 1 == attempts.size());
  }
  if (end < attempts.size()) {
    response.set_next_page_token(
        EncodePageToken(query, {.time = std::nullopt, .id = static_cast<std::int64_t>(end)}));
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::rpc
