#include "adapter/webhook_answers.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "adapter/call_name.h"
#include "adapter/json/json_tree.h"
#include "adapter/json/malformed.h"
#include "adapter/json/utf8.h"
#include "services/base/limits.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr absl::string_view kRetryAfterSeconds = "5";

// Writes `{"status":...,"message":...` and what follows, in this order.
class AnswerBody {
 public:
  AnswerBody(absl::string_view status, absl::string_view message) {
    text_ = "{\"status\":";
    AppendJsonString(status, text_);
    AddText("message", message);
  }

  void AddText(absl::string_view key, absl::string_view value) {
    AddKey(key);
    AppendJsonString(value, text_);
  }

  void AddNumber(absl::string_view key, std::int64_t value) {
    AddKey(key);
    absl::StrAppend(&text_, value);
  }

  void AddTrue(absl::string_view key) {
    AddKey(key);
    absl::StrAppend(&text_, "true");
  }

  std::string Finish() && { return absl::StrCat(text_, "}"); }

 private:
  void AddKey(absl::string_view key) { absl::StrAppend(&text_, ",\"", key, "\":"); }

  std::string text_;
};

std::string NotProcessed(absl::string_view type) {
  return absl::StrCat("Event type ", CutUtf8(type, base::kMaxProviderWordLength), " not processed");
}

// Whether the event is a notice that the assistant was slow: answered as a type that changes
// nothing.
bool IsSlowAssistant(const v1::CallEvent& event) {
  return event.has_notice() && event.notice().kind() == "hang";  // V2
}

std::string SuccessMessage(const v1::CallEvent& event, absl::string_view call_status) {
  switch (event.detail_case()) {
    case v1::CallEvent::kEndOfCallReport:
      return "Call report processed successfully";
    case v1::CallEvent::kHangup:
      return absl::StrCat("Call status updated to ", call_status, " after hangup");
    default:
      return absl::StrCat("Call status updated to ", call_status);
  }
}

// E1
std::string UnknownCallMessage(const v1::ReportCallEventRequest& request) {
  const auto call = CallNumber(request.parent());
  return absl::StrCat("Call with ID ",
                      call.has_value() ? absl::StrCat(*call) : request.event().provider_call_id(),
                      " not found");
}

HttpAnswer Unavailable(absl::string_view message) {
  HttpAnswer answer = ErrorAnswer(503, message);
  answer.headers.emplace_back("Retry-After", kRetryAfterSeconds);
  return answer;
}

}  // namespace

http::Refusal Unauthorized(auth::Refusal refusal) {
  return {.kind = "auth",
          .answer = ErrorAnswer(401, "Unauthorized"),
          .reason = auth::RefusalName(refusal)};
}

HttpAnswer MalformedAnswer(const absl::Status& error) {
  AnswerBody body("error", error.message());
  const std::string path = MalformedPath(error);
  const std::string detail = MalformedDetail(error);
  if (!path.empty()) body.AddText("path", path);
  if (!detail.empty()) body.AddText("detail", detail);
  return {.status = 400, .body = std::move(body).Finish()};
}

HttpAnswer IgnoredAnswer(absl::string_view type) {
  return {.status = 200, .body = AnswerBody("ignored", NotProcessed(type)).Finish()};
}

HttpAnswer RelayedAnswer(const relay::Relayed& relayed) {
  switch (relayed.outcome) {
    case relay::RelayOutcome::kAnswered: {
      HttpAnswer answer{.status = relayed.http_status, .body = relayed.body};
      if (!relayed.content_type.empty()) answer.content_type = relayed.content_type;
      return answer;
    }
    case relay::RelayOutcome::kBusy:
      return Unavailable("Too many messages are being relayed");
    case relay::RelayOutcome::kTimedOut:
      return ErrorAnswer(504, "The server that answers this type did not do so in time");
    case relay::RelayOutcome::kUnreachable:
      return ErrorAnswer(502, "The server that answers this type cannot be reached");
    case relay::RelayOutcome::kTooLarge:
      return ErrorAnswer(502, "The server that answers this type sent too much");
  }
  return ErrorAnswer(500, "Internal error");
}

HttpAnswer RecordedAnswer(const v1::ReportCallEventRequest& request,
                          const v1::ReportCallEventResponse& response) {
  const v1::CallEvent& event = request.event();
  const v1::CallEvent& recorded = response.event();
  const bool slow_assistant = IsSlowAssistant(event);
  AnswerBody body = slow_assistant
                        ? AnswerBody("ignored", NotProcessed(event.notice().kind()))
                        : AnswerBody("success", SuccessMessage(event, recorded.call_status_text()));
  auto call = CallNumber(response.call().name());
  if (!call.has_value()) call = CallNumber(request.parent());
  if (call.has_value()) body.AddNumber("call_id", *call);
  if (response.duplicate()) body.AddTrue("duplicate");
  if (!slow_assistant && recorded.outcome() == v1::CALL_EVENT_OUTCOME_STALE) {
    body.AddTrue("stale");
  }
  return {.status = 200, .body = std::move(body).Finish()};
}

HttpAnswer QueuedAnswer(const v1::ReportCallEventRequest& request, const absl::Status& reason) {
  if (absl::IsNotFound(reason)) {
    AnswerBody body("error", UnknownCallMessage(request));
    body.AddTrue("queued");
    return {.status = 202, .body = std::move(body).Finish()};
  }
  AnswerBody body("accepted", "Event queued");
  if (const auto call = CallNumber(request.parent())) body.AddNumber("call_id", *call);
  return {.status = 202, .body = std::move(body).Finish()};
}

HttpAnswer ServiceErrorAnswer(const v1::ReportCallEventRequest& request,
                              const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kNotFound:
      return ErrorAnswer(404, UnknownCallMessage(request));
    case absl::StatusCode::kInvalidArgument:
      return ErrorAnswer(400, error.message());
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kCancelled:  // by a service that stops
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kPermissionDenied:  // the adapter's own credentials
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
      return Unavailable("The call event service is unavailable, try again");
    default:
      return ErrorAnswer(500, "Internal error");
  }
}

}  // namespace autopulse::callevents::adapter
