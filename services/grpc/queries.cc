#include "services/grpc/queries.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
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

// A page that is being filled: as far as it has room, and always with one element.
template <typename Proto>
class Filling {
 public:
  Filling(const Page& page, google::protobuf::RepeatedPtrField<Proto>& filled)
      : page_(page), filled_(filled) {}

  // False if there is no room for it, so that more follows.
  template <typename T, typename Convert>
  bool Add(const T& value, const Convert& convert) {
    if (filled_.size() == page_.size) return false;
    Proto& proto = *filled_.Add();
    convert(value, proto);
    bytes_ += proto.ByteSizeLong();
    if (bytes_ <= kMaxToldBytes || filled_.size() == 1) return true;
    filled_.RemoveLast();
    return false;
  }

  // How many elements to read next: what is missing and one to see whether there is a next page,
  // but not much more than has room, going by those that are in it: all may be more than memory
  // has. A power of two then, for the database keeps a statement for each number.
  int ToRead() const {
    const int rest = page_.limit() - filled_.size();
    if (filled_.empty()) return std::min(rest, kReadAtFirst);
    const std::size_t room = kMaxToldBytes - std::min(bytes_, kMaxToldBytes);
    const std::size_t fit = room * static_cast<std::size_t>(filled_.size()) / (bytes_ + 1) + 2;
    return fit < static_cast<std::size_t>(rest) ? static_cast<int>(std::bit_floor(fit)) : rest;
  }

 private:
  // So that a page is read at once that nobody has chosen the size of.
  static constexpr int kReadAtFirst = 51;

  const Page& page_;
  google::protobuf::RepeatedPtrField<Proto>& filled_;
  std::size_t bytes_ = 0;
};

// Fills a page with what `read` gives of so many elements behind a position. Returns the position
// of the last one if more follow, nothing otherwise.
template <typename Proto, typename Read, typename PositionOf, typename Convert = decltype(kToProto)>
absl::StatusOr<std::optional<core::CallPosition>> Fill(
    const Page& page, const Read& read, const PositionOf& position_of,
    google::protobuf::RepeatedPtrField<Proto>& filled, const Convert& convert = kToProto) {
  Filling<Proto> filling(page, filled);
  std::optional<core::CallPosition> last = page.after;
  while (true) {
    const int limit = filling.ToRead();
    ASSIGN_OR_RETURN(const auto elements, read(last, limit));
    for (const auto& element : elements) {
      if (!filling.Add(element, convert)) return last;
      last = position_of(element);
    }
    if (elements.size() < static_cast<std::size_t>(limit)) return std::nullopt;
  }
}

core::CallPosition ById(std::int64_t id) { return {.time = std::nullopt, .id = id}; }
std::int64_t IdOf(const std::optional<core::CallPosition>& after) { return after ? after->id : 0; }

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
  const auto read = [&](const std::optional<core::CallPosition>& after, int limit) {
    return calls.ListServiceRecords(after ? std::optional(after->id) : std::nullopt, limit);
  };
  const auto position_of = [](const domain::ServiceRecord& record) { return ById(record.id); };
  ASSIGN_OR_RETURN(const auto last,
                   Fill(page, read, position_of, *response.mutable_service_records()));
  if (last) response.set_next_page_token(EncodePageToken(query, *last));
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
  const auto read = [&](const std::optional<core::CallPosition>& after, int limit) {
    wanted.after = after;
    wanted.limit = limit;
    return calls.ListCalls(wanted);
  };
  const auto position_of = [&](const domain::Call& call) {
    core::CallPosition position = ById(call.id);
    if (order.field) position.time = core::TimeOf(call, *order.field);
    return position;
  };
  ASSIGN_OR_RETURN(const auto last, Fill(page, read, position_of, *response.mutable_calls()));
  if (last) response.set_next_page_token(EncodePageToken(query, *last));
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::GetCallEventRequest& request,
                    v1::GetCallEventResponse& response) {
  ASSIGN_OR_RETURN(const core::EventKey key, ParseCallEventName("name", request.name()));
  RETURN_IF_ERROR(calls.GetCall(key.call_id).status());
  ASSIGN_OR_RETURN(const std::optional<domain::RecordedEvent> event, calls.FindEvent(key));
  if (!event) return absl::NotFoundError(absl::StrCat(request.name(), " not found"));
  ToProto(*event, *response.mutable_event());
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListCallEventsRequest& request,
                    v1::ListCallEventsResponse& response) {
  const std::string query = absl::StrCat("events\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  const auto read = [&](const std::optional<core::CallPosition>& after, int limit) {
    return calls.ListEvents(call_id, IdOf(after), limit);
  };
  const auto position_of = [](const domain::RecordedEvent& event) { return ById(event.sequence); };
  ASSIGN_OR_RETURN(const auto last, Fill(page, read, position_of, *response.mutable_events()));
  if (last) response.set_next_page_token(EncodePageToken(query, *last));
  return absl::OkStatus();
}

absl::Status Answer(core::CallReader& calls, const v1::ListTranscriptEntriesRequest& request,
                    v1::ListTranscriptEntriesResponse& response) {
  const std::string query = absl::StrCat("transcript\n", request.parent());
  ASSIGN_OR_RETURN(const Page page, ReadPage(request, query));
  ASSIGN_OR_RETURN(const std::int64_t call_id, ReadParent(calls, request.parent()));
  const auto read = [&](const std::optional<core::CallPosition>& after, int limit) {
    return calls.ListTranscript(call_id, IdOf(after), limit);
  };
  const auto position_of = [](const auto& stored) { return ById(stored.id); };
  const auto convert = [call_id](const auto& stored, v1::TranscriptEntry& entry) {
    ToProto(stored.entry, entry);
    entry.set_name(TranscriptEntryName(call_id, stored.id));
  };
  ASSIGN_OR_RETURN(const auto last,
                   Fill(page, read, position_of, *response.mutable_transcript_entries(), convert));
  if (last) response.set_next_page_token(EncodePageToken(query, *last));
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
  const auto before = std::min(IdOf(page.after), static_cast<std::int64_t>(attempts.size()));
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
  Filling<v1::CallAttempt> filling(page, *response.mutable_call_attempts());
  const bool all = std::all_of(attempts.begin(), attempts.end(),
                               [&](const auto& attempt) { return filling.Add(attempt, convert); });
  RETURN_IF_ERROR(read);
  if (!all) {
    response.set_next_page_token(
        EncodePageToken(query, ById(before + response.call_attempts_size())));
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::rpc
