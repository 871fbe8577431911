#include "adapter/delivery/delivery.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "adapter/call_name.h"
#include "adapter/delivery/report_results.h"
#include "adapter/delivery/undelivered.h"
#include "google/protobuf/util/time_util.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::NewEvent;

// Whose events are to stay in order. Without AutoPulse's number all that is known of a call is the
// provider's id.
std::string CallOf(const v1::ReportCallEventRequest& request) {
  if (request.parent() != kCallByProviderId) return request.parent();
  return absl::StrCat(request.parent(), "/", request.event().provider_call_id());
}

absl::Time ReceiveTime(const v1::ReportCallEventRequest& request) {
  return absl::FromUnixMicros(google::protobuf::util::TimeUtil::TimestampToMicroseconds(
      request.event().receive_time()));  // O6
}

}  // namespace

// An event whose turn it is, or will be.
struct Delivery::Work {
  std::string call;
  EventRequest request;
  std::unique_ptr<Awaiting> awaiting;
};

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

// Whether the service takes what comes, and nothing waits in the spool that an event of this call
// could overtake.
bool Delivery::IsQuick(absl::string_view call) const {
  return breaker_.IsClosed() && !spool_.MayHaveWaiting(call);
}

void Delivery::Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) {
  auto work = std::make_unique<Work>();
  work->call = CallOf(*request);
  work->request = std::move(request);
  work->awaiting = std::move(awaiting);
  Work* const waiting = work.release();
  if (turns_.Enter(waiting->call, [this, waiting] {
        Proceed(std::unique_ptr<Work>(waiting), /*may_block=*/false);
      })) {
    Proceed(std::unique_ptr<Work>(waiting), waiting->awaiting->may_block());
  }
}

void Delivery::Proceed(std::unique_ptr<Work> work, bool may_block) {
  if (IsQuick(work->call)) return Send(std::move(work));
  if (may_block) return SendUnlessOthersWait(std::move(work));
  Awaiting& awaiting = *work->awaiting;
  // noexcept: without an end of its turn all of its call would wait for ever. So the program ends,
  // and is started again with what is on the disk.
  awaiting.Post(
      [this, work = std::move(work)]() mutable noexcept { SendUnlessOthersWait(std::move(work)); });
}

void Delivery::SendUnlessOthersWait(std::unique_ptr<Work> work) {
  // A spool that cannot be read holds nobody up: the service sorts by event time [O3].
  if (spool_.HasWaiting(work->call).value_or(false)) {
    Delivered queued =
        Queue(*work, absl::UnavailableError("earlier events of the call wait"), false);
    return Finish(std::move(work), std::move(queued));
  }
  // While something waits, the drainer finds out whether the service is back, and no webhook has
  // to wait for a deadline.
  const bool drainer_tries = !breaker_.IsClosed() && spool_.pending() > 0;
  if (drainer_tries || !breaker_.MayTry()) {
    Delivered queued = Queue(*work, absl::UnavailableError("the service does not answer"), false);
    return Finish(std::move(work), std::move(queued));
  }
  Send(std::move(work));
}

void Delivery::Send(std::unique_ptr<Work> work) {
  EventRequest request = std::move(work->request);
  client_.Start(std::move(request), [this, work = std::move(work)](
                                        EventRequest sent, ReportBatcher::Result result) mutable {
    work->request = std::move(sent);
    OnReported(std::move(work), std::move(result));
  });
}

void Delivery::OnReported(std::unique_ptr<Work> work, ReportBatcher::Result result) {
  if (DidRecord(result)) breaker_.RecordServed();
  if (result.ok() || !IsOutage(result.status().code())) {
    breaker_.RecordSuccess();
  } else {
    breaker_.RecordFailure();
  }
  if (result.ok()) return Finish(std::move(work), std::move(result));
  Awaiting& awaiting = *work->awaiting;
  awaiting.Post([this, work = std::move(work), error = result.status()]() mutable noexcept {
    Delivered kept = Keep(*work, error);
    Finish(std::move(work), std::move(kept));
  });
}

// What the service did not take.
Delivered Delivery::Keep(const Work& work, const absl::Status& error) {
  if (!absl::IsInvalidArgument(error)) return Queue(work, error, true);
  Bury(work, error);
  return absl::StatusOr<v1::ReportCallEventResponse>(error);
}

void Delivery::Finish(std::unique_ptr<Work> work, Delivered delivered) {
  turns_.Leave(work->call);
  work->awaiting->OnDelivered(*work->request, std::move(delivered));
}

Delivered Delivery::Queue(const Work& work, const absl::Status& reason, bool tried) {
  const absl::Time now = clock_();
  NewEvent event{.call = work.call,
                 .payload = work.request->SerializeAsString(),
                 .receive_time = ReceiveTime(*work.request),
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
    base::LogError("event neither sent nor kept", {{"call", work.call}, {"error", kept.message()}});
    return absl::StatusOr<v1::ReportCallEventResponse>(absl::UnavailableError(kept.message()));
  }
  counters_.Increment("spool", "queued");
  Delivered delivered = absl::StatusOr<v1::ReportCallEventResponse>(reason);
  delivered.queued = true;
  return delivered;
}

void Delivery::Bury(const Work& work, const absl::Status& error) {
  DeadLetter letter{.reason = kReasonInvalidArgument,
                    .call = work.call,
                    .form = persistence::spool::kPendingForm,
                    .payload = work.request->SerializeAsString(),
                    .receive_time = ReceiveTime(*work.request),
                    .create_time = clock_(),
                    .failures = {.attempts = 1}};
  NoteFailure(error, letter.create_time, letter.failures);
  KeepDeadLetter(letter);
}

void Delivery::KeepMalformed(absl::string_view body, const absl::Status& error,
                             absl::Time receive_time) {
  DeadLetter letter{.reason = kReasonMalformed,
                    .call = {},
                    .form = persistence::spool::kBodyForm,
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
