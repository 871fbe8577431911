#include "services/grpc/queries.h"

#include <algorithm>
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

constexpr auto kToProto = [](const auto& value, auto& proto) { ToProto(value, proto); };

// Fills a page with what was read, as far as it has room, and always with one element. Returns the
// last one if more follow, null otherwise.
template <typename T, typename Proto, typename Convert = decltype(kToProto)>
const T* Fill(const Page& page, const std::vector<T>& read,
              google::protobuf::RepeatedPtrField<Proto>& filled, Convert convert = kToProto) {
  std::size_t bytes = 0;
  for (const T& value : read) {
    if (filled.size() == page.size) return &value - 1;
    Proto& proto = *filled.Add();
    convert(value, proto);
    bytes += proto.ByteSizeLong();
    if (bytes > kMaxToldBytes && filled.size() > 1) {
      filled.RemoveLast();
      return &value - 1;
    }
  }
  return nullptr;
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
  ASSIGN_OR_RETURN(const std::vector<domain::ServiceRecord> records,
                   calls.ListServiceRecords(before_id, page.limit()));
  if (const auto* last = Fill(page, records, *response.mutable_service_records())) {
    response.set_next_page_token(EncodePageToken(query, {.time = std::nullopt, .id = last->id}));
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
  ASSIGN_OR_RETURN(const std::vector<domain::Call> found, calls.ListCalls(wanted));
  if (const domain::Call* last = Fill(page, found, *response.mutable_calls())) {
    core::CallPosition position{.time = std::nullopt, .id = last->id};
    if (order.field) position.time = core::TimeOf(*last, *order.field);
    response.set_next_page_token(EncodePageToken(query, position));
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
  ASSIGN_OR_RETURN(const std::vector<domain::RecordedEvent> events,
                   calls.ListEvents(call_id, page.after_id(), page.limit()));
  if (const auto* last = Fill(page, events, *response.mutable_events())) {
    response.set_next_page_token(
        EncodePageToken(query, {.time = std::nullopt, .id = last->sequence}));
  }
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListTranscriptEntriesRequest& request,
                    v1::ListTranscriptEntriesResponse& response) {
  const std::string query = absl::StrCat("transcript\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  ASSIGN_OR_RETURN(const std::vector<core::StoredTranscriptEntry> entries,
                   calls.ListTranscript(call_id, page.after_id(), page.limit()));
  const auto convert = [call_id](const auto& stored, v1::TranscriptEntry& entry) {
    ToProto(stored.entry, entry);
    entry.set_name(TranscriptEntryName(call_id, stored.id));
  };
  if (const auto* last = Fill(page, entries, *response.mutable_transcript_entries(), convert)) {
    response.set_next_page_token(EncodePageToken(query, {.time = std::nullopt, .id = last->id}));
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
  std::vector<domain::Attempt> attempts = domain::Fold(*history, rules).attempts;
  const auto before = std::min(page.after_id(), static_cast<std::int64_t>(attempts.size()));
  attempts.erase(attempts.begin(), attempts.begin() + before);
  absl::Status read;
  const auto convert = [&](const domain::Attempt& attempt, v1::CallAttempt& proto) {
    std::vector<domain::TranscriptEntry> transcript;
    if (read.ok() && !attempt.transcript_event_id.empty()) {
      const auto found = calls.ReportedTranscript(call_id, attempt.transcript_event_id);
      read = found.status();
      if (found.ok()) transcript = *found;
    }
    ToProto(attempt, transcript, proto);
    proto.set_newest(&attempt == &attempts.back());
  };
  const bool more = Fill(page, attempts, *response.mutable_call_attempts(), convert) != nullptr;
  RETURN_IF_ERROR(read);
  if (more) {
    response.set_next_page_token(EncodePageToken(
        query, {.time = std::nullopt, .id = before + response.call_attempts_size()}));
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::rpc
