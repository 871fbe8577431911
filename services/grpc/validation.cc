#include "services/grpc/validation.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"
#include "services/domain/decimal.h"
#include "services/grpc/from_proto.h"
#include "services/grpc/resource_name.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr std::size_t kNoLimit = static_cast<std::size_t>(-1);
constexpr std::size_t kMaxRequestIdLength = 36;
// The rules know nothing of columns; the adapter, which reads amounts as well, nothing of the
// rules.
static_assert(domain::kMaxDecimalTenThousandths == base::kMaxTenThousandths);

// The path of a field; put together only where there is something to say of it.
struct FieldPath {
  FieldPath(const char* whole) : name(whole) {}  // NOLINT: meant to convert
  FieldPath(absl::string_view parent_path, absl::string_view own_name)
      : parent(parent_path), name(own_name) {}

  std::string text() const {
    if (parent.empty()) return std::string(name);
    if (index < 0) return absl::StrCat(parent, ".", name);
    return absl::StrCat(parent, "[", index, "].", name);
  }

  absl::string_view parent;
  absl::string_view name;
  int index = -1;  // of the element of `parent` that has the field
};

absl::Status Invalid(const FieldPath& field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field.text(), ": ", what));
}

absl::Status CheckText(const FieldPath& field, absl::string_view text,
                       std::size_t max_length = kNoLimit) {
  if (text.find('\0') != absl::string_view::npos) {
    return Invalid(field, "holds a NUL character, which text may not");
  }
  if (max_length == kNoLimit) return absl::OkStatus();
  if (const std::size_t length = base::CountCharacters(text); length > max_length) {
    return Invalid(
        field, absl::StrCat("has ", length, " characters; at most ", max_length, " are stored"));
  }
  return absl::OkStatus();
}

absl::Status CheckTime(const FieldPath& field, const google::protobuf::Timestamp& time) {
  if (time.seconds() < base::kMinUnixSeconds || time.seconds() > base::kMaxUnixSeconds ||
      time.nanos() < 0 || time.nanos() > 999'999'999) {
    return Invalid(field, "is no time between the years 1 and 9999");
  }
  return absl::OkStatus();
}

absl::Status CheckDuration(const FieldPath& field, const google::protobuf::Duration& duration) {
  constexpr std::int64_t kMax = 315'576'000'000;  // google.protobuf.Duration
  const bool signs_differ = (duration.seconds() < 0 && duration.nanos() > 0) ||
                            (duration.seconds() > 0 && duration.nanos() < 0);
  if (duration.seconds() < -kMax || duration.seconds() > kMax || signs_differ ||
      duration.nanos() < -999'999'999 || duration.nanos() > 999'999'999) {
    return Invalid(field, "is no valid duration");
  }
  return absl::OkStatus();
}

absl::Status CheckInteger(const FieldPath& field, std::int64_t value, absl::string_view unit) {
  if (value < base::kMinInteger || value > base::kMaxInteger) {
    return Invalid(field, absl::StrCat(value, " ", unit, " is beyond what is stored, ",
                                       base::kMaxInteger, " ", unit));
  }
  return absl::OkStatus();
}

absl::Status CheckSeconds(const FieldPath& field, const google::protobuf::Duration& duration) {
  RETURN_IF_ERROR(CheckDuration(field, duration));
  return CheckInteger(field, duration.seconds(), "seconds");
}

absl::Status CheckMilliseconds(const FieldPath& field, const google::protobuf::Duration& duration) {
  RETURN_IF_ERROR(CheckDuration(field, duration));
  return CheckInteger(field, absl::ToInt64Milliseconds(FromProto(duration)), "milliseconds");
}

template <typename Enum>
absl::Status CheckEnum(const FieldPath& field, Enum value, bool (*is_valid)(int)) {
  if (is_valid(static_cast<int>(value))) return absl::OkStatus();
  return Invalid(field, absl::StrCat(static_cast<int>(value), " is no value of this enum"));
}

absl::Status CheckEventId(absl::string_view event_id) {
  bool good = !event_id.empty() && event_id.size() <= base::kMaxEventIdLength;
  for (const char c : event_id) {
    good = good && (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-');
  }
  if (good) return absl::OkStatus();
  return Invalid("event_id", absl::StrCat("'", absl::CHexEscape(event_id.substr(0, 100)),
                                          "' is not 1 to 64 characters of [A-Za-z0-9_-]"));
}

absl::Status CheckCall(absl::string_view prefix, const v1::Call& call) {
  const auto field = [&](absl::string_view name) { return FieldPath(prefix, name); };
  if (!call.service_record().empty()) {
    RETURN_IF_ERROR(
        ParseServiceRecordName(field("service_record").text(), call.service_record()).status());
  }
  RETURN_IF_ERROR(
      CheckText(field("customer_number"), call.customer_number(), base::kMaxCustomerNumberLength));
  RETURN_IF_ERROR(CheckText(field("direction"), call.direction(), base::kMaxDirectionLength));
  return CheckText(field("provider_call_id"), call.provider_call_id(),
                   base::kMaxProviderCallIdLength);
}

absl::Status CheckDetail(const v1::StatusUpdate& update) {
  if (update.status() == v1::CALL_STATUS_UNSPECIFIED) {
    return Invalid("event.status_update.status", "is required");
  }
  RETURN_IF_ERROR(CheckEnum("event.status_update.status", update.status(), v1::CallStatus_IsValid));
  RETURN_IF_ERROR(CheckText("event.status_update.provider_status", update.provider_status(),
                            base::kMaxProviderWordLength));
  RETURN_IF_ERROR(CheckText("event.status_update.ended_reason", update.ended_reason()));
  return CheckEnum("event.status_update.ended_reason_group", update.ended_reason_group(),
                   v1::EndedReasonGroup_IsValid);
}

absl::Status CheckDetail(const v1::Hangup& hangup) {
  RETURN_IF_ERROR(CheckEnum("event.hangup.reason", hangup.reason(), v1::HangupReason_IsValid));
  return CheckText("event.hangup.provider_reason", hangup.provider_reason(),
                   base::kMaxProviderWordLength);
}

absl::Status CheckDetail(const v1::Notice& notice) {
  if (notice.kind().empty()) return Invalid("event.notice.kind", "is required");
  return CheckText("event.notice.kind", notice.kind(), base::kMaxProviderWordLength);
}

absl::Status CheckEntry(int index, const v1::TranscriptEntry& entry) {
  const auto field = [&](absl::string_view name) {
    FieldPath path("event.end_of_call_report.transcript_entries", name);
    path.index = index;
    return path;
  };
  RETURN_IF_ERROR(CheckText(field("role"), entry.role(), base::kMaxRoleLength));
  RETURN_IF_ERROR(CheckText(field("content"), entry.content()));
  RETURN_IF_ERROR(CheckTime(field("start_time"), entry.start_time()));
  RETURN_IF_ERROR(CheckTime(field("end_time"), entry.end_time()));
  RETURN_IF_ERROR(CheckDuration(field("start_offset"), entry.start_offset()));
  return CheckMilliseconds(field("duration"), entry.duration());
}

absl::Status CheckDetail(const v1::EndOfCallReport& report) {
  const auto field = [](absl::string_view name) {
    return FieldPath("event.end_of_call_report", name);
  };
  RETURN_IF_ERROR(CheckTime(field("start_time"), report.start_time()));
  RETURN_IF_ERROR(CheckTime(field("end_time"), report.end_time()));
  RETURN_IF_ERROR(CheckSeconds(field("duration"), report.duration()));
  RETURN_IF_ERROR(CheckMilliseconds(field("reported_duration"), report.reported_duration()));
  RETURN_IF_ERROR(CheckText(field("ended_reason"), report.ended_reason()));
  RETURN_IF_ERROR(CheckEnum(field("ended_reason_group"), report.ended_reason_group(),
                            v1::EndedReasonGroup_IsValid));
  if (!report.cost_usd().empty()) {
    const absl::Status cost = domain::ParseDecimal(report.cost_usd()).status();
    if (!cost.ok()) {
      return Invalid(field("cost_usd"),
                     absl::StrCat("'", absl::CHexEscape(report.cost_usd().substr(0, 100)), "' ",
                                  cost.message()));
    }
  }
  RETURN_IF_ERROR(CheckText(field("recording_url"), report.recording_url()));
  RETURN_IF_ERROR(CheckTime(field("recording_expire_time"), report.recording_expire_time()));
  const v1::CallAnalysis& analysis = report.analysis();
  RETURN_IF_ERROR(CheckText(field("analysis.summary"), analysis.summary()));
  RETURN_IF_ERROR(CheckText(field("analysis.success_evaluation"), analysis.success_evaluation()));
  RETURN_IF_ERROR(
      CheckText(field("analysis.structured_data_json"), analysis.structured_data_json()));
  if (const int size = report.transcript_entries_size(); size > base::kMaxTranscriptEntries) {
    return Invalid(field("transcript_entries"),
                   absl::StrCat("has ", size, " entries; at most ", base::kMaxTranscriptEntries,
                                " are taken"));
  }
  for (int i = 0; i < report.transcript_entries_size(); ++i) {
    RETURN_IF_ERROR(CheckEntry(i, report.transcript_entries(i)));
  }
  return absl::OkStatus();
}

absl::Status CheckDetail(const v1::CallEvent& event) {
  switch (event.detail_case()) {
    case v1::CallEvent::kStatusUpdate:
      return CheckDetail(event.status_update());
    case v1::CallEvent::kHangup:
      return CheckDetail(event.hangup());
    case v1::CallEvent::kEndOfCallReport:
      return CheckDetail(event.end_of_call_report());
    case v1::CallEvent::kNotice:
      return CheckDetail(event.notice());
    case v1::CallEvent::DETAIL_NOT_SET:
      break;
  }
  return Invalid("event.detail",
                 "is required: one of status_update, hangup, end_of_call_report, notice");
}

}  // namespace

absl::Status Validate(const v1::CreateServiceRecordRequest& request) {
  if (!request.has_service_record()) return Invalid("service_record", "is required");
  const v1::ServiceRecord& record = request.service_record();
  RETURN_IF_ERROR(CheckText("service_record.customer_name", record.customer_name(),
                            base::kMaxCustomerNameLength));
  RETURN_IF_ERROR(CheckText("service_record.customer_phone", record.customer_phone(),
                            base::kMaxCustomerNumberLength));
  RETURN_IF_ERROR(
      CheckText("service_record.vehicle_info", record.vehicle_info(), base::kMaxVehicleInfoLength));
  RETURN_IF_ERROR(
      CheckText("service_record.service_type", record.service_type(), base::kMaxServiceTypeLength));
  RETURN_IF_ERROR(CheckTime("service_record.appointment_time", record.appointment_time()));
  RETURN_IF_ERROR(CheckText("request_id", request.request_id(), kMaxRequestIdLength));
  if (request.service_record_id().empty()) return absl::OkStatus();
  return ParseId("service_record_id", request.service_record_id()).status();
}

absl::Status Validate(const v1::CreateCallRequest& request) {
  if (!request.has_call()) return Invalid("call", "is required");
  RETURN_IF_ERROR(CheckCall("call", request.call()));
  RETURN_IF_ERROR(CheckText("request_id", request.request_id(), kMaxRequestIdLength));
  if (request.call_id().empty()) return absl::OkStatus();
  return ParseId("call_id", request.call_id()).status();
}

absl::Status Validate(const v1::ReportCallEventRequest& request) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> call_id,
                   ParseCallNameOrWildcard("parent", request.parent()));
  RETURN_IF_ERROR(CheckEventId(request.event_id()));
  if (!request.has_event()) return Invalid("event", "is required");
  const v1::CallEvent& event = request.event();
  RETURN_IF_ERROR(CheckTime("event.event_time", event.event_time()));
  RETURN_IF_ERROR(CheckTime("event.receive_time", event.receive_time()));
  RETURN_IF_ERROR(CheckText("event.provider", event.provider(), base::kMaxProviderLength));
  RETURN_IF_ERROR(CheckText("event.provider_call_id", event.provider_call_id(),
                            base::kMaxProviderCallIdLength));
  RETURN_IF_ERROR(CheckTime("event.provider_call_create_time", event.provider_call_create_time()));
  if (!call_id && event.provider_call_id().empty()) {
    return Invalid("event.provider_call_id", "is required with the parent calls/-");
  }
  if (request.has_call_if_unknown()) {
    if (call_id) return Invalid("call_if_unknown", "goes only with the parent calls/-");
    RETURN_IF_ERROR(CheckCall("call_if_unknown", request.call_if_unknown()));
  }
  RETURN_IF_ERROR(CheckEnum("view", request.view(), v1::ReportView_IsValid));
  return CheckDetail(event);
}

absl::Status Validate(const v1::BatchReportCallEventsRequest& request) {
  if (request.requests().empty()) return Invalid("requests", "is required");
  if (request.requests_size() > base::kMaxBatchSize) {
    return Invalid("requests", absl::StrCat("has ", request.requests_size(), " elements; at most ",
                                            base::kMaxBatchSize));
  }
  int entries = 0;
  for (const v1::ReportCallEventRequest& one : request.requests()) {
    entries += one.event().end_of_call_report().transcript_entries_size();
  }
  if (entries <= base::kMaxBatchTranscriptEntries) return absl::OkStatus();
  return Invalid("requests",
                 absl::StrCat("have ", entries, " transcript entries together; at most ",
                              base::kMaxBatchTranscriptEntries, ": send fewer reports at once"));
}

}  // namespace autopulse::callevents::rpc
