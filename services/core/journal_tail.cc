#include "services/core/journal_tail.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"
#include "services/base/thread.h"
#include "services/core/read_feed.h"

namespace autopulse::callevents::core {
namespace {

constexpr int kPage = 256;
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(5);

// So much before the last look a standby may have had all: rather an event twice than none.
constexpr absl::Duration kSlack = absl::Seconds(10);

// Between two looks that are no further apart no standby takes over: a connection that waits for
// one, without an error, waits longer.
constexpr absl::Duration kUnnoticed = absl::Milliseconds(500);

absl::StatusOr<JournalMark> Mark(CallStore& store) {
  JournalMark mark;
  RETURN_IF_ERROR(store.ReadOne([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(mark, calls.MarkJournal());
    return absl::OkStatus();
  }));
  return mark;
}

// Whether none of the writers of `earlier` is one of `later`'s.
bool AllEnded(const JournalMark& earlier, const JournalMark& later) {
  return std::none_of(earlier.writers.begin(), earlier.writers.end(), [&](const auto& writer) {
    return std::find(later.writers.begin(), later.writers.end(), writer) != later.writers.end();
  });
}

// The largest sequence up to `up_to` of an event that was recorded by `time`; they ascend together,
// give or take what transactions and clocks differ by.
absl::StatusOr<std::int64_t> LastRecordedBy(absl::Time time, std::int64_t up_to,
                                            CallReader& calls) {
  std::int64_t low = 0;
  for (std::int64_t high = up_to; low < high;) {
    const std::int64_t middle = low + (high - low) / 2;
    ASSIGN_OR_RETURN(const std::vector<domain::RecordedEvent> next,
                     calls.ListAllEvents(middle, /*limit=*/1));
    if (next.empty() || next.front().sequence > high || next.front().create_time > time) {
      high = middle;
    } else {
      low = next.front().sequence;
    }
  }
  return low;
}

}  // namespace

JournalTail::JournalTail(CallStore& store, CallFeed& feed, Pace pace)
    : store_(store),
      feed_(feed),
      pace_(pace),
      thread_(base::StartThread("journal-tail", [this] { Run(); })) {}

JournalTail::~JournalTail() {
  rest_.Wake();
  pause_.Wake();
  thread_.join();
}

void JournalTail::Wake() {
  if (!feed_.has_subscribers()) return;
  pause_.Wake();
}

void JournalTail::Run() {
  while (true) {
    ForgetNowAndThen();
    const absl::Status looked = Look();
    if (!looked.ok() && !failing_) {
      base::LogWarning("cannot follow the journal; trying again", {{"error", looked.ToString()}});
    }
    failing_ = !looked.ok();
    const absl::Duration pause =
        feed_.has_subscribers() && !failing_ ? pace_.watched : pace_.unwatched;
    pause_.For(pause);
    // What is committed meanwhile is read together, for less than a look at each.
    if (rest_.For(pace_.least)) return;
  }
}

void JournalTail::ForgetNowAndThen() {
  const auto now = std::chrono::steady_clock::now();
  if (now < forgotten_ + absl::ToChronoNanoseconds(pace_.kept)) return;
  forgotten_ = now;
  feed_.Forget();
}

absl::Status JournalTail::Look() {
  const absl::Time now = absl::Now();
  const auto steady_now = std::chrono::steady_clock::now();
  ASSIGN_OR_RETURN(JournalMark mark, Mark(store_));
  // The one clock may be set back, the other stands still while the machine sleeps.
  const bool may_have_changed =
      failing_ || now > looked_ + kUnnoticed ||
      steady_now > steadily_looked_ + absl::ToChronoNanoseconds(kUnnoticed);
  ASSIGN_OR_RETURN(const bool has_gone_back, HasGoneBack(mark, may_have_changed));
  if (has_gone_back) RETURN_IF_ERROR(GoBack(mark));
  looked_ = now;
  steadily_looked_ = steady_now;
  if (open_mark_ && AllEnded(*open_mark_, mark)) {
    RETURN_IF_ERROR(PassOn(open_mark_->sequence));
    open_mark_.reset();
  }
  if (mark.writers.empty()) return PassOn(mark.sequence);
  if (!open_mark_) open_mark_ = std::move(mark);
  return absl::OkStatus();
}

absl::StatusOr<bool> JournalTail::HasGoneBack(const JournalMark& mark, bool may_have_changed) {
  if (mark.sequence < feed_.last_sequence()) return true;
  // A server that has taken over may have given out as many sequences anew since.
  if (!may_have_changed || !last_) return false;
  std::vector<domain::RecordedEvent> found;
  RETURN_IF_ERROR(store_.ReadOne([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(found, calls.ListAllEvents(last_->sequence - 1, /*limit=*/1));
    return absl::OkStatus();
  }));
  return found.empty() || found.front().sequence != last_->sequence ||
         found.front().call_id != last_->call_id || found.front().event.event_id != last_->event_id;
}

absl::Status JournalTail::GoBack(const JournalMark& mark) {
  std::int64_t common = 0;
  RETURN_IF_ERROR(store_.Read([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(common, LastRecordedBy(looked_ - kSlack,
                                            std::min(mark.sequence, feed_.last_sequence()), calls));
    return absl::OkStatus();
  }));
  base::LogWarning("the journal has gone back; watchers go on from there",
                   {{"from", feed_.last_sequence()}, {"to", common}});
  open_mark_.reset();
  last_.reset();
  feed_.GoBackTo(common);
  return absl::OkStatus();
}

absl::Status JournalTail::PassOn(std::int64_t up_to) {
  if (!feed_.has_subscribers()) {
    last_.reset();
    feed_.Advance(up_to);
    return absl::OkStatus();
  }
  while (feed_.last_sequence() < up_to) {
    CallFeed::Entries entries;
    RETURN_IF_ERROR(store_.Read([&](CallReader& calls) -> absl::Status {
      ASSIGN_OR_RETURN(entries, ReadFeed(calls, feed_.last_sequence(), up_to, kPage));
      return absl::OkStatus();
    }));
    if (entries.empty()) return absl::OkStatus();  // the rest was rolled back, or deleted
    const domain::RecordedEvent& last = entries.back()->event;
    last_ = {last.sequence, last.call_id, last.event.event_id};
    feed_.Publish(std::move(entries));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> AwaitSettledSequence(CallStore& store) {
  ASSIGN_OR_RETURN(const JournalMark first, Mark(store));
  for (JournalMark later = first; !AllEnded(first, later);) {
    absl::SleepFor(kBetweenLooks);
    ASSIGN_OR_RETURN(later, Mark(store));
  }
  return first.sequence;
}

}  // namespace autopulse::callevents::core
