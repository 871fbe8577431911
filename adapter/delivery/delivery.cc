#include "adapter/delivery/delivery.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::Failures;
using persistence::spool::NewEvent;

// Whose events are to stay in order. Without AutoPulse's number all that is known of a call is the
// provider's id.
std::string CallOf(const v1::ReportCallEventRequest& request) {
  if (request.parent() != "calls/-") return request.parent();
  return absl::StrCat(request.parent(), "/", request.event().provider_call_id());
}

absl::Time ReceiveTime(const v1::ReportCallEventRequest& request) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(
      request.event().receive_time()));  // O6
}

}  // namespace

Delivery::Delivery(const CallEventClient& client, persistence::spool::EventSpool& spool,
                   base::Counters& counters, const Options& options, base::Clock clock)
    : client_(client),
      spool_(spool),
      counters_(counters),
      backoff_(options.retry.backoff),
      clock_(std::move(clock)),
      breaker_(options.breaker, clock_),
      drainer_({.client = client, .spool = spool, .breaker = breaker_, .counters = counters},
               options.retry, clock_) {}

void Delivery::Start() { drainer_.Start(); }

void Delivery::Stop() { drainer_.Stop(); }

Delivered Delivery::Deliver(const v1::ReportCallEventRequest& request) {
  const std::string call = CallOf(request);
  const CallTurns::Turn turn(turns_, call);
  // A spool that cannot be read holds nobody up: the service sorts by event time [O3].
  if (spool_.HasWaiting(call).value_or(false)) {
    return Queue(call, request, absl::UnavailableError("earlier events of the call wait"), false);
  }
  // While something waits, the drainer finds out whether the service is back, and no webhook has
  // to wait for a deadline.
  const bool drainer_tries = !breaker_.IsClosed() && spool_.pending() > 0;
  if (drainer_tries || !breaker_.MayTry()) {
    return Queue(call, request, absl::UnavailableError("the service does not answer"), false);
  }
  absl::StatusOr<v1::ReportCallEventResponse> response = client_.Report(request);
  if (response.ok() || !IsOutage(response.status().code())) {
    breaker_.RecordSuccess();
  } else {
    breaker_.RecordFailure();
  }
  if (response.ok()) return response;
  if (absl::IsInvalidArgument(response.status())) {
    Bury(call, request, response.status());
    return response;
  }
  return Queue(call, request, response.status(), true);
}

Delivered Delivery::Queue(const std::string& call, const v1::ReportCallEventRequest& request,
                          const absl::Status& reason, bool tried) {
  const absl::Time now = clock_();
  NewEvent event{.call = call,
                 .payload = request.SerializeAsString(),
                 .receive_time = ReceiveTime(request),
                 .failures = {},
                 .due = now};
  if (tried) {
    NoteFailure(reason, now, event.failures);
    if (!IsOutage(reason.code())) {
      event.failures.attempts = 1;
      event.due = now + backoff_.After(1);
    }
  }
  const absl::Status kept = spool_.Append(event);
  if (!kept.ok()) {
    counters_.Increment("spool", "failed");
    base::LogError("event neither sent nor kept", {{"call", call}, {"error", kept.message()}});
    return absl::StatusOr<v1::ReportCallEventResponse>(absl::UnavailableError(kept.message()));
  }
  counters_.Increment("spool", "queued");
  Delivered delivered = absl::StatusOr<v1::ReportCallEventResponse>(reason);
  delivered.queued = true;
  return delivered;
}

void Delivery::Bury(const std::string& call, const v1::ReportCallEventRequest& request,
                    const absl::Status& error) {
  DeadLetter letter{.reason = kReasonInvalidArgument,
                    .call = call,
                    .form = persistence::spool::kPendingForm,
                    .payload = request.SerializeAsString(),
                    .receive_time = ReceiveTime(request),
                    .create_time = clock_(),
                    .failures = {.attempts = 1}};
  NoteFailure(error, letter.create_time, letter.failures);
  KeepDeadLetter(letter);
}

void Delivery::KeepMalformed(absl::string_view body, const absl::Status& error,
                             absl::Time receive_time) {
  DeadLetter letter{.reason = kReasonMalformed,
                    .call = {},
                    .form = kBodyForm,
                    .payload = std::string(body),
                    .receive_time = receive_time,
                    .create_time = clock_(),
                    .failures = {.attempts = 1}};
  NoteFailure(error, letter.create_time, letter.failures);
  KeepDeadLetter(letter);
}

// The sender is told that it is refused, whether or not it can be kept.
void Delivery::KeepDeadLetter(const DeadLetter& letter) {
  const absl::Status kept = spool_.dead_letters().Add(letter);
  counters_.Increment("dead_letter", kept.ok() ? letter.reason : "lost");
  if (!kept.ok()) base::LogError("dead letter not kept", {{"error", kept.message()}});
}

}  // namespace autopulse::callevents::adapter
