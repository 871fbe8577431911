#include "services/core/journal_tail.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"
#include "services/base/thread.h"
#include "services/core/read_feed.h"

namespace autopulse::callevents::core {
namespace {

constexpr int kPage = 256;
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(5);

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
  ASSIGN_OR_RETURN(JournalMark mark, Mark(store_));
  if (mark.sequence < feed_.last_sequence()) {
    base::LogWarning("the journal has gone back; watchers begin with what is new",
                     {{"from", feed_.last_sequence()}, {"to", mark.sequence}});
    open_mark_.reset();
    feed_.GoBackTo(mark.sequence);
  }
  if (open_mark_ && AllEnded(*open_mark_, mark)) {
    RETURN_IF_ERROR(PassOn(open_mark_->sequence));
    open_mark_.reset();
  }
  if (mark.writers.empty()) return PassOn(mark.sequence);
  if (!open_mark_) open_mark_ = std::move(mark);
  return absl::OkStatus();
}

absl::Status JournalTail::PassOn(std::int64_t up_to) {
  if (!feed_.has_subscribers()) {
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
