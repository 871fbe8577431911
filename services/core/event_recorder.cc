#include "services/core/event_recorder.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "services/base/status_macros.h"
#include "services/core/concerned_calls.h"

namespace autopulse::callevents::core {
namespace {

// Whether an error is that of one event; any other is that of the transaction all share.
bool ConcernsOneEvent(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInternal:
      return true;
    default:
      return false;
  }
}

// How many calls are remembered: those that are under way at once, and some that ended just now.
constexpr std::size_t kKeptCalls = 2048;

}  // namespace

EventRecorder::EventRecorder(CallStore& store, Publish publish, domain::RuleOptions options,
                             base::Clock clock)
    : store_(store),
      publish_(std::move(publish)),
      options_(options),
      clock_(std::move(clock)),
      kept_calls_(kKeptCalls) {}

void EventRecorder::Record(std::vector<ReportedEvent> events, Done done) {
  std::vector<EventGroup> groups;
  absl::Status committed = store_.WriteAhead(
      [&](CallWriter& calls) { return RecordTogether(calls, absl::MakeSpan(events), groups); });
  if (events.size() > 1 && ConcernsOneEvent(committed)) {
    committed = store_.WriteAhead(
        [&](CallWriter& calls) { return RecordEach(calls, absl::MakeSpan(events), groups); });
  }
  if (!committed.ok()) {
    done(Receipts(events.size(), committed));
    return;
  }
  for (EventGroup& group : groups) group.KeepCalls();
  // Whoever waits for the disk makes the receipts as well: the next events need not wait for that.
  store_.WhenDurable([this, events = std::move(events), groups = std::move(groups),
                      done = std::move(done)]() mutable {
    Receipts receipts;
    receipts.reserve(events.size());
    for (EventGroup& group : groups) {
      for (absl::StatusOr<Receipt>& receipt : group.TakeReceipts()) {
        receipts.push_back(std::move(receipt));
      }
    }
    publish_(receipts);
    done(std::move(receipts));
  });
}

absl::Status EventRecorder::RecordTogether(CallWriter& calls, absl::Span<ReportedEvent> events,
                                           std::vector<EventGroup>& groups) {
  groups.clear();
  const absl::Time now = domain::ToMicroseconds(clock_());
  groups.emplace_back(EventGroup::Context{kept_calls_, options_, now, /*commits=*/true}, events);
  return groups.back().Record(calls);
}

absl::Status EventRecorder::RecordEach(CallWriter& calls, absl::Span<ReportedEvent> events,
                                       std::vector<EventGroup>& groups) {
  groups.clear();
  ASSIGN_OR_RETURN(const ConcernedCalls concerned, FindConcerned(calls, events));
  RETURN_IF_ERROR(calls.LockCalls({.call_ids = concerned.call_ids}).status());
  const absl::Time now = domain::ToMicroseconds(clock_());
  for (ReportedEvent& event : events) {
    EventGroup group({kept_calls_, options_, now}, absl::MakeSpan(&event, 1));
    absl::Status recorded = calls.Isolated([&] { return group.Record(calls); });
    if (!recorded.ok() && !ConcernsOneEvent(recorded)) return recorded;
    if (!recorded.ok()) group.Fail(recorded);
    groups.push_back(std::move(group));
  }
  return absl::OkStatus();
}

void PublishNew(const EventRecorder::Receipts& receipts, CallFeed& feed) {
  const bool is_watched = feed.has_subscribers();
  std::int64_t last_sequence = 0;
  CallFeed::Entries entries;
  for (const absl::StatusOr<Receipt>& receipt : receipts) {
    if (!receipt.ok() || receipt->duplicate) continue;
    last_sequence = receipt->event.sequence;
    if (is_watched) {
      entries.push_back(std::make_shared<const FeedEntry>(receipt->event, receipt->call));
    }
  }
  if (last_sequence == 0) return;
  is_watched ? feed.Publish(std::move(entries)) : feed.Advance(last_sequence);
}

}  // namespace autopulse::callevents::core
