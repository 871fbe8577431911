#include "adapter/delivery/drainer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/field_limits.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::adapter {
namespace {

// How often it looks for what came in, or is due, while there is nothing to send.
constexpr absl::Duration kIdlePause = absl::Milliseconds(100);

// For an event that met an outage: the circuit breaker decides when the service is tried, this only
// lets another call have the next try.
constexpr absl::Duration kOutagePause = absl::Seconds(1);

// What a batch may weigh: far less than a message may, so that memory stays small.
constexpr std::size_t kMaxBatchBytes = std::size_t{2} << 20;

// How many batches are on their way at a time: one is read or deleted while the service has others.
constexpr int kSenders = 4;

}  // namespace

struct Drainer::Batch {
  std::vector<PendingEvent> events;
  v1::BatchReportCallEventsRequest request;  // one for each of them
  std::vector<Settlement> settled;           // what is not sent
};

void NoteFailure(const absl::Status& error, absl::Time now,
                 persistence::spool::Failures& failures) {
  failures.last_error = absl::StrCat(absl::StatusCodeToString(error.code()), ": ", error.message());
  failures.last_error_time = now;
  if (failures.first_error_time == absl::InfinitePast()) {
    failures.first_error = failures.last_error;
    failures.first_error_time = now;
  }
  if (error.code() != absl::StatusCode::kNotFound) {
    failures.unknown_since = absl::InfinitePast();
  } else if (failures.unknown_since == absl::InfinitePast()) {
    failures.unknown_since = now;
  }
}

Drainer::Drainer(const Parts& parts, const RetryPolicy& policy, base::Clock clock)
    : parts_(parts),
      policy_(policy),
      backoff_(policy.backoff),
      clock_(std::move(clock)),
      budget_(policy.budget),
      everything_{.share = {}, .batch_size = base::kMaxBatchSize} {}

Drainer::~Drainer() { Stop(); }

void Drainer::Start() {
  for (int i = 0; i < kSenders; ++i) {
    const Sender sender{.share = {.count = kSenders, .index = i},
                        .batch_size = base::kMaxBatchSize};
    base::Pause& pause = pauses_.emplace_back();
    threads_.push_back(
        base::StartThread("spool-sender", [this, sender, &pause] { Run(sender, pause); }));
  }
}

void Drainer::Stop() {
  for (base::Pause& pause : pauses_) pause.Wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Drainer::Run(Sender sender, base::Pause& pause) {
  while (true) {
    const absl::Duration length = DrainOnce(sender) > 0 ? absl::ZeroDuration() : kIdlePause;
    if (pause.For(length)) return;
  }
}

int Drainer::DrainOnce(Sender& sender) {
  if (parts_.spool.pending() == 0 || !parts_.breaker.IsReady()) return 0;
  const absl::Time now = clock_();
  auto page = parts_.spool.ReadDue(
      now, {.events = sender.batch_size, .bytes = kMaxBatchBytes, .share = sender.share});
  if (!page.ok()) {
    base::LogError("spool not read", {{"error", page.status().message()}});
    return 0;
  }
  Batch batch = MakeBatch(*std::move(page), now);
  std::vector<Settlement> settlements = std::move(batch.settled);
  if (!batch.events.empty() && parts_.breaker.MayTry()) {
    const auto results = Send(batch, sender);
    if (results.ok()) {
      const bool service_is_well = NoteHealth(*results, sender);
      for (std::size_t i = 0; i < results->size(); ++i) {
        settlements.push_back(Judge(batch.events[i], (*results)[i], service_is_well));
      }
    }
  }
  if (settlements.empty()) return 0;
  if (!Settle(settlements).ok()) {
    sender.batch_size = std::max(1, sender.batch_size / 2);  // less of it may fit on a full disk
    return 0;
  }
  return static_cast<int>(settlements.size());
}

Drainer::Batch Drainer::MakeBatch(std::vector<PendingEvent> page, absl::Time now) {
  Batch batch;
  for (PendingEvent& event : page) {
    const Settlement later{.kind = Settlement::Kind::kRetry,
                           .event = event.id,
                           .lane = event.lane,
                           .failures = event.failures,
                           .due = now + backoff_.After(event.failures.attempts),
                           .reason = {}};
    if (event.failures.attempts > 0 && !budget_.Take(now)) {
      batch.settled.push_back(later);
      continue;
    }
    if (!batch.request.add_requests()->ParseFromString(event.payload)) {
      batch.request.mutable_requests()->RemoveLast();
      batch.settled.push_back(MakeBurial(later, kReasonUnreadable));
      continue;
    }
    event.payload.clear();
    batch.events.push_back(std::move(event));
  }
  return batch;
}

// One result for each event. Fails if nothing is to be said of them: the batch failed as a whole,
// and the next one will be smaller.
absl::StatusOr<std::vector<Drainer::Result>> Drainer::Send(const Batch& batch, Sender& sender) {
  absl::StatusOr<v1::BatchReportCallEventsResponse> response =
      parts_.client.ReportBatch(batch.request);
  if (response.ok()) return ResultsOf(*response);
  if (batch.events.size() == 1) return std::vector<Result>{response.status()};
  if (IsOutage(response.status().code())) {
    parts_.breaker.RecordFailure();
  } else {
    parts_.breaker.RecordSuccess();
  }
  sender.batch_size = std::max(1, static_cast<int>(batch.events.size()) / 2);
  base::LogWarning("batch not recorded",
                   {{"events", batch.events.size()}, {"error", response.status().message()}});
  return response.status();
}

// Whether the service served at least one of them.
bool Drainer::NoteHealth(const std::vector<Result>& results, Sender& sender) {
  const bool service_is_well = std::any_of(
      results.begin(), results.end(),
      [](const Result& result) { return result.ok() || !IsOutage(result.status().code()); });
  if (service_is_well) {
    parts_.breaker.RecordSuccess();
    sender.batch_size = std::min(base::kMaxBatchSize, 2 * sender.batch_size);
  } else {
    parts_.breaker.RecordFailure();
    sender.batch_size = std::max(1, sender.batch_size / 2);
  }
  return service_is_well;
}

Drainer::Settlement Drainer::Judge(const PendingEvent& event, const Result& result,
                                   bool service_is_well) {
  if (!result.ok()) return JudgeFailure(event, result.status(), service_is_well);
  parts_.counters.Increment("spool", "delivered");
  return {.kind = Settlement::Kind::kDelivered,
          .event = event.id,
          .lane = event.lane,
          .failures = {},
          .due = {},
          .reason = {}};
}

Drainer::Settlement Drainer::JudgeFailure(const PendingEvent& event, const absl::Status& error,
                                          bool service_is_well) {
  const absl::Time now = clock_();
  Settlement settlement{.kind = Settlement::Kind::kRetry,
                        .event = event.id,
                        .lane = event.lane,
                        .failures = event.failures,
                        .due = now + kOutagePause,
                        .reason = {}};
  persistence::spool::Failures& failures = settlement.failures;
  NoteFailure(error, now, failures);
  if (IsRefusal(error.code())) return settlement;
  // An outage is nobody's fault, however long it lasts. But who fails where others did not, before
  // or now, fails by itself.
  if (IsOutage(error.code()) && !service_is_well &&
      parts_.breaker.last_success() <= failures.first_error_time) {
    return settlement;
  }
  ++failures.attempts;
  if (error.code() == absl::StatusCode::kInvalidArgument) {
    return MakeBurial(std::move(settlement), kReasonInvalidArgument);
  }
  if (error.code() == absl::StatusCode::kNotFound) {
    if (now - failures.unknown_since >= policy_.unknown_call_ttl) {  // U1
      return MakeBurial(std::move(settlement), kReasonUnknownCall);
    }
  } else if (failures.attempts >= policy_.max_attempts) {
    return MakeBurial(std::move(settlement), kReasonRetriesExhausted);
  }
  settlement.due = now + backoff_.After(failures.attempts);
  if (!event.alone && now - failures.first_error_time >= policy_.hold) {  // O7
    settlement.kind = Settlement::Kind::kStandAside;
    parts_.counters.Increment("spool", "stood_aside");
  }
  return settlement;
}

Drainer::Settlement Drainer::MakeBurial(Settlement settlement, const char* reason) {
  settlement.kind = Settlement::Kind::kBury;
  settlement.reason = reason;
  parts_.counters.Increment("dead_letter", reason);
  base::LogWarning("event became a dead letter",
                   {{"reason", reason}, {"attempts", settlement.failures.attempts}});
  return settlement;
}

absl::Status Drainer::Settle(const std::vector<Settlement>& settlements) {
  absl::Status settled = parts_.spool.Settle(settlements, clock_());
  // They will be sent again, which changes nothing [O1].
  if (!settled.ok()) base::LogError("spool not written", {{"error", settled.message()}});
  return settled;
}

}  // namespace autopulse::callevents::adapter
