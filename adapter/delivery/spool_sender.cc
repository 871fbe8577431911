#include "adapter/delivery/spool_sender.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "adapter/delivery/report_results.h"
#include "adapter/delivery/undelivered.h"
#include "services/base/limits.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

// For an event that met an outage: the circuit breaker decides when the service is tried, this only
// lets another call have the next try.
constexpr absl::Duration kOutagePause = absl::Seconds(1);

// What a batch may weigh: far less than a message may, so that memory stays small.
constexpr std::size_t kMaxBatchBytes = std::size_t{2} << 20;

// What has failed with an event that is tried or put off `now`. What it may be held for [O7], or
// stay unknown [U1], does not pass while it waits for its turn, which after an outage may be long.
persistence::spool::Failures WithoutWaiting(const persistence::spool::PendingEvent& event,
                                            absl::Time now) {
  persistence::spool::Failures failures = event.failures;
  const absl::Duration waited = std::max(absl::ZeroDuration(), now - event.due);
  if (failures.attempts > 0) failures.first_error_time += waited;
  failures.unknown_since += waited;
  return failures;
}

persistence::spool::Settlement Burial(persistence::spool::Settlement settlement,
                                      const char* reason) {
  settlement.kind = persistence::spool::Settlement::Kind::kBury;
  settlement.reason = reason;
  return settlement;
}

}  // namespace

struct SpoolSender::Batch {
  absl::Time time;  // when it was read
  std::vector<PendingEvent> events;
  v1::BatchReportCallEventsRequest request;  // one for each of them
  std::vector<Settlement> settled;           // what is not sent
};

SpoolSender::SpoolSender(const Parts& parts, RetryBudget& budget, const RetryPolicy& policy,
                         base::Clock clock, persistence::spool::LaneShare share)
    : parts_(parts),
      budget_(budget),
      policy_(policy),
      backoff_(policy.backoff),
      clock_(std::move(clock)),
      share_(share),
      batch_size_(base::kMaxBatchSize) {}

int SpoolSender::SendBatch() {
  const absl::Time now = clock_();
  if (parts_.spool.pending() == 0 || now < next_try_ || !parts_.breaker.IsReady()) return 0;
  auto page =
      parts_.spool.ReadDue(now, {.events = batch_size_, .bytes = kMaxBatchBytes, .share = share_});
  if (!page.ok()) {
    NoteSpoolFailure("spool not read", page.status());
    return 0;
  }
  Batch batch = MakeBatch(*std::move(page), now);
  std::vector<Settlement> settlements = std::move(batch.settled);
  if (!batch.events.empty() && parts_.breaker.MayTry()) {
    const auto results = Send(batch);
    if (results.ok()) {
      const bool others_recorded = NoteHealth(*results);
      for (std::size_t i = 0; i < results->size(); ++i) {
        settlements.push_back(Judge(batch.events[i], batch.time, (*results)[i], others_recorded));
      }
    }
  }
  if (settlements.empty()) return 0;
  const auto count = static_cast<int>(settlements.size());
  if (const absl::Status settled = parts_.spool.Settle(settlements, clock_()); !settled.ok()) {
    // They will be sent again, which changes nothing [O1].
    NoteSpoolFailure("spool not written", settled);
    batch_size_ = std::max(1, count / 2);  // less of it may fit on a full disk
    return 0;
  }
  NoteSettled(settlements);
  return count;
}

SpoolSender::Batch SpoolSender::MakeBatch(std::vector<PendingEvent> page, absl::Time now) {
  Batch batch;
  batch.time = now;
  for (PendingEvent& event : page) {
    const auto failures = WithoutWaiting(event, now);
    const Settlement later{.kind = Settlement::Kind::kRetry,
                           .event = event.id,
                           .lane = event.lane,
                           .failures = failures,
                           .due = now + backoff_.AfterFailingFor(now - failures.first_error_time),
                           .reason = {}};
    if (event.failures.attempts > 0 && !budget_.Take(now)) {
      batch.settled.push_back(later);
      continue;
    }
    if (!batch.request.add_requests()->ParseFromString(event.payload)) {
      batch.request.mutable_requests()->RemoveLast();
      batch.settled.push_back(Burial(later, kReasonUnreadable));
      continue;
    }
    event.payload.clear();
    batch.events.push_back(std::move(event));
  }
  return batch;
}

// One result for each event. Fails if nothing is to be said of them: the batch failed as a whole,
// and the next one will be smaller.
absl::StatusOr<std::vector<SpoolSender::Result>> SpoolSender::Send(const Batch& batch) {
  absl::StatusOr<v1::BatchReportCallEventsResponse> response =
      parts_.client.ReportBatch(batch.request);
  if (response.ok()) return ResultsOf(*response);
  if (batch.events.size() == 1) return std::vector<Result>{response.status()};
  if (IsOutage(response.status().code())) {
    parts_.breaker.RecordFailure();
  } else {
    parts_.breaker.RecordSuccess();
  }
  batch_size_ = std::max(1, static_cast<int>(batch.events.size()) / 2);
  base::LogWarning("batch not recorded",
                   {{"events", batch.events.size()}, {"error", response.status().message()}});
  return response.status();
}

// Whether the service recorded at least one of them.
bool SpoolSender::NoteHealth(const std::vector<Result>& results) {
  const bool service_is_well = std::any_of(
      results.begin(), results.end(),
      [](const Result& result) { return result.ok() || !IsOutage(result.status().code()); });
  if (service_is_well) {
    parts_.breaker.RecordSuccess();
    batch_size_ = std::min(base::kMaxBatchSize, 2 * batch_size_);
  } else {
    parts_.breaker.RecordFailure();
    batch_size_ = std::max(1, batch_size_ / 2);
  }
  const bool recorded = std::any_of(results.begin(), results.end(), DidRecord);
  if (recorded) parts_.breaker.RecordServed();
  return recorded;
}

SpoolSender::Settlement SpoolSender::Judge(const PendingEvent& event, absl::Time read_time,
                                           const Result& result, bool others_recorded) {
  if (!result.ok()) return JudgeFailure(event, read_time, result.status(), others_recorded);
  return {.kind = Settlement::Kind::kDelivered,
          .event = event.id,
          .lane = event.lane,
          .failures = {},
          .due = {},
          .reason = {}};
}

SpoolSender::Settlement SpoolSender::JudgeFailure(const PendingEvent& event, absl::Time read_time,
                                                  const absl::Status& error, bool others_recorded) {
  const absl::Time now = clock_();
  Settlement settlement{.kind = Settlement::Kind::kRetry,
                        .event = event.id,
                        .lane = event.lane,
                        .failures = WithoutWaiting(event, read_time),
                        .due = now + kOutagePause,
                        .reason = {}};
  NoteFailure(error, now, settlement.failures);
  // An outage is nobody's fault, however long it lasts and however often there is one. But who
  // fails where others did not, now or since its last try, fails by itself.
  const absl::Time last_try = event.failures.last_error_time;
  const bool counts = others_recorded ||
                      (last_try != absl::InfinitePast() && parts_.breaker.last_served() > last_try);
  if (IsRefusal(error.code()) || (IsOutage(error.code()) && !counts)) {
    if (event.failures.attempts > 0) {  // nor does it pass while nobody is served
      settlement.failures.first_error_time = event.failures.first_error_time + (now - last_try);
    }
    return settlement;
  }
  return JudgeOwnFailure(std::move(settlement), error.code(), event.alone, counts);
}

// What the service says of this event. Whether it is the event's fault, rather than that of a
// service that says so to everybody, `counts` tells: without, it is not given up.
SpoolSender::Settlement SpoolSender::JudgeOwnFailure(Settlement settlement, absl::StatusCode code,
                                                     bool alone, bool counts) {
  persistence::spool::Failures& failures = settlement.failures;
  const absl::Time now = failures.last_error_time;
  if (failures.attempts == 0) {  // what failed before was an outage's fault
    failures.first_error = failures.last_error;
    failures.first_error_time = now;
  }
  if (code == absl::StatusCode::kInvalidArgument) {
    ++failures.attempts;
    return Burial(std::move(settlement), kReasonInvalidArgument);
  }
  if (counts || code == absl::StatusCode::kNotFound || failures.attempts == 0) {
    ++failures.attempts;
    settlement.due = now + backoff_.After(failures.attempts);
  } else {
    settlement.due = now + backoff_.AfterFailingFor(now - failures.first_error_time);
  }
  if (code == absl::StatusCode::kNotFound) {
    if (now - failures.unknown_since >= policy_.unknown_call_ttl) {  // U1
      return Burial(std::move(settlement), kReasonUnknownCall);
    }
  } else if (counts && failures.attempts >= policy_.max_attempts) {
    return Burial(std::move(settlement), kReasonRetriesExhausted);
  }
  if (!alone && now - failures.first_error_time >= policy_.hold) {  // O7
    settlement.kind = Settlement::Kind::kStandAside;
  }
  return settlement;
}

void SpoolSender::NoteSpoolFailure(absl::string_view what, const absl::Status& error) {
  base::LogError(what, {{"error", error.message()}});
  next_try_ = clock_() + backoff_.After(++spool_failures_);
}

void SpoolSender::NoteSettled(const std::vector<Settlement>& settlements) {
  spool_failures_ = 0;
  for (const Settlement& settlement : settlements) {
    switch (settlement.kind) {
      case Settlement::Kind::kDelivered:
        parts_.counters.Increment("spool", "delivered");
        break;
      case Settlement::Kind::kRetry:
        break;
      case Settlement::Kind::kStandAside:
        parts_.counters.Increment("spool", "stood_aside");
        break;
      case Settlement::Kind::kBury:
        parts_.counters.Increment("dead_letter", settlement.reason);
        base::LogWarning(
            "event became a dead letter",
            {{"reason", settlement.reason}, {"attempts", settlement.failures.attempts}});
        break;
    }
  }
}

}  // namespace autopulse::callevents::adapter
