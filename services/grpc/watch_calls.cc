#include "services/grpc/watch_calls.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <any>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/status_macros.h"
#include "services/base/thread.h"
#include "services/core/call_matcher.h"
#include "services/core/read_feed.h"
#include "services/grpc/filter.h"
#include "services/grpc/page_token.h"
#include "services/grpc/to_proto.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr std::size_t kPumpThreads = 2;
constexpr std::size_t kReadAhead = 64;
constexpr absl::Duration kLongestPause = absl::Seconds(1);  // between two looks at idle streams

using Entry = core::CallFeed::Entry;

absl::StatusOr<v1::WatchCallsRequest> ParseRequest(grpc::ByteBuffer bytes) {
  grpc::ProtoBufferReader reader(&bytes);
  v1::WatchCallsRequest request;
  if (request.ParseFromZeroCopyStream(&reader)) return request;
  return absl::InvalidArgumentError("the request is no WatchCallsRequest");
}

grpc::ByteBuffer Serialize(const v1::WatchCallsResponse& response) {
  const grpc::Slice bytes(response.SerializeAsString());
  return {&bytes, 1};
}

const grpc::ByteBuffer& MessageOf(const core::FeedEntry& entry) {
  return std::any_cast<const grpc::ByteBuffer&>(entry.message.Get([&entry]() -> std::any {
    v1::WatchCallsResponse response;
    ToProto(entry.event, *response.mutable_event());
    ToProto(entry.call, *response.mutable_call());
    response.set_resume_token(EncodeResumeToken(entry.event.sequence));
    return Serialize(response);
  }));
}

grpc::ByteBuffer KeepAliveMessage(std::int64_t cursor) {
  v1::WatchCallsResponse response;
  response.set_resume_token(EncodeResumeToken(cursor));
  return Serialize(response);
}

}  // namespace

// One stream. At most one pump runs for it at a time: it finds the next event and starts to write
// it; when that is written, the next pump begins.
class Watcher final : public StreamHandler, public std::enable_shared_from_this<Watcher> {
 public:
  // What a client watches, and who it is.
  struct Subject {
    std::vector<core::CallCondition> conditions;
    Arrival arrival;
    std::int64_t cursor = 0;  // it begins behind it
  };

  // What a request asks for, where the feed stands at `newest`.
  static absl::StatusOr<Subject> ReadSubject(const grpc::ByteBuffer& bytes, Arrival arrival,
                                             std::int64_t newest) {
    ASSIGN_OR_RETURN(const v1::WatchCallsRequest request, ParseRequest(bytes));
    Subject subject{.conditions = {}, .arrival = std::move(arrival), .cursor = newest};
    ASSIGN_OR_RETURN(subject.conditions, ParseFilter(request.filter()));
    if (!request.resume_token().empty()) {
      ASSIGN_OR_RETURN(subject.cursor, DecodeResumeToken(request.resume_token()));
    }
    return subject;
  }

  // `newest` is where the feed stands.
  Watcher(Watchers& owner, Watchers::WatchRpc& rpc, Subject subject, std::int64_t newest)
      : owner_(owner), rpc_(rpc), subject_(std::move(subject)), cursor_(subject_.cursor) {
    if (cursor_ > newest) ahead_of_ = newest;
  }

  void Start() {
    {
      const absl::MutexLock lock(&mutex_);
      rpc_.Begin(*this);
      // Tells the client that it watches from now on, unless it has been ended meanwhile.
      if (!finished_) rpc_.SendInitialMetadata();
    }
    subscription_ = owner_.feed_.Subscribe([self = shared_from_this()] { self->Wake(); });
    Wake();
  }

  // Goes on with the stream, if it stands still.
  void Wake() {
    const absl::MutexLock lock(&mutex_);
    SchedulePump();
  }

  // Ends the stream if its client may not come in any more.
  void AdmitAgain(const Watchers::Judge& judge) {
    if (absl::Status admitted = judge(subject_.arrival); !admitted.ok()) End(admitted);
  }

  void KeepAliveAt(std::chrono::steady_clock::time_point now) {
    const absl::MutexLock lock(&mutex_);
    if (pumping_ || writing_ || finished_) return;
    if (now < last_write_ + absl::ToChronoNanoseconds(owner_.keep_alive_interval_)) return;
    Write(KeepAliveMessage(cursor_));
  }

  void End(const absl::Status& why) {
    const absl::MutexLock lock(&mutex_);
    FinishWith(why);
  }

  void OnWriteDone(bool ok) override {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) FinishWith(absl::CancelledError());
    if (finish_after_write_) {
      rpc_.Finish(*finish_after_write_);
      return;
    }
    const bool is_up_to_date =
        read_ahead_.empty() && cursor_ >= owner_.feed_.last_sequence();  // `Wake` says what comes
    if (!is_up_to_date) SchedulePump();
  }

  void OnCancel() override {
    const absl::MutexLock lock(&mutex_);
    FinishWith(absl::CancelledError());
  }

  void OnDone() override {
    owner_.feed_.Unsubscribe(subscription_);
    owner_.Remove(shared_from_this());
  }

 private:
  void SchedulePump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (pumping_) pump_again_ = true;
    if (pumping_ || writing_ || finished_) return;
    pumping_ = true;
    owner_.pumps_->Add([self = shared_from_this()] { self->Pump(); });
  }

  void Pump() {
    while (true) {
      const absl::StatusOr<Entry> next = Next();
      const bool another_follows = HasNext();
      const bool found = next.ok() && *next != nullptr;
      const grpc::ByteBuffer* const message = found ? &MessageOf(**next) : nullptr;
      const absl::MutexLock lock(&mutex_);
      if (next.ok() && !found && pump_again_) {
        pump_again_ = false;
        continue;
      }
      pumping_ = pump_again_ = false;
      if (finished_) return;
      if (!next.ok()) {
        FinishWith(next.status());
      } else if (found) {
        // What follows at once need not be sent by itself: who is behind catches up.
        Write(*message,
              another_follows ? grpc::WriteOptions().set_buffer_hint() : grpc::WriteOptions());
      }
      return;
    }
  }

  // The next event that the client wants; null if there is none yet. Runs in pumps only.
  absl::StatusOr<Entry> Next() {
    while (true) {
      if (read_ahead_.empty()) RETURN_IF_ERROR(ReadAhead());
      if (read_ahead_.empty()) return Entry();
      Entry entry = std::move(read_ahead_.front());
      read_ahead_.pop_front();
      cursor_ = entry->event.sequence;
      if (core::Matches(entry->call, subject_.conditions)) return entry;
    }
  }

  // Whether `Next` has another one at hand.
  bool HasNext() const {
    return std::any_of(read_ahead_.begin(), read_ahead_.end(), [this](const Entry& entry) {
      return core::Matches(entry->call, subject_.conditions);
    });
  }

  absl::Status ReadAhead() {
    if (ahead_of_) RETURN_IF_ERROR(CheckCursor());
    if (std::optional<core::CallFeed::Entries> kept = owner_.feed_.After(cursor_, kReadAhead)) {
      read_ahead_.assign(kept->begin(), kept->end());
      return absl::OkStatus();
    }
    // Behind it, where other services write, a smaller sequence may be committed after a larger.
    const std::int64_t settled = owner_.feed_.last_sequence();
    return owner_.store_.Read([this, settled](core::CallReader& calls) -> absl::Status {
      read_ahead_.clear();
      ASSIGN_OR_RETURN(core::CallFeed::Entries entries,
                       core::ReadFeed(calls, cursor_, settled, static_cast<int>(kReadAhead)));
      read_ahead_.assign(entries.begin(), entries.end());
      return absl::OkStatus();
    });
  }

  // A token of another service may be ahead of what this one has read: the stream goes on when the
  // feed gets there. One that is ahead of the journal itself is of events that are gone, with a
  // deleted call or because a backup was restored, and their sequences may be given out again: the
  // stream begins with what is new.
  absl::Status CheckCursor() {
    RETURN_IF_ERROR(owner_.store_.Read([this](core::CallReader& calls) -> absl::Status {
      ASSIGN_OR_RETURN(const core::JournalMark mark, calls.MarkJournal());
      if (cursor_ > mark.sequence) cursor_ = *ahead_of_;
      return absl::OkStatus();
    }));
    ahead_of_.reset();
    return absl::OkStatus();
  }

  void Write(const grpc::ByteBuffer& message, grpc::WriteOptions options = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = true;
    last_write_ = std::chrono::steady_clock::now();
    rpc_.Write(message, options);
  }

  void FinishWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (finished_) return;
    finished_ = true;
    if (writing_) {
      finish_after_write_ = status;
    } else {
      rpc_.Finish(status);
    }
  }

  Watchers& owner_;
  Watchers::WatchRpc& rpc_;
  const Subject subject_;
  std::uint64_t subscription_ = 0;

  absl::Mutex mutex_;
  bool pumping_ ABSL_GUARDED_BY(mutex_) = false;
  bool pump_again_ ABSL_GUARDED_BY(mutex_) = false;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> finish_after_write_ ABSL_GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point last_write_ ABSL_GUARDED_BY(mutex_) =
      std::chrono::steady_clock::now();

  // Of the pump, of which there is one at a time; read by `Write`, which no pump runs beside.
  std::int64_t cursor_;
  std::optional<std::int64_t> ahead_of_;  // where the feed stood that the cursor was ahead of
  std::deque<Entry> read_ahead_;
};

Watchers::Watchers(core::CallStore& store, core::CallFeed& feed, absl::Duration keep_alive)
    : store_(store),
      feed_(feed),
      keep_alive_interval_(keep_alive),
      pumps_(std::make_unique<base::WorkQueue>("watch-pump", kPumpThreads)),
      keep_alive_(base::StartThread("keep-alive", [this] { KeepAlive(); })) {}

Watchers::~Watchers() {
  Stop();
  keep_alive_.join();
  {
    const auto all_gone = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return watchers_.empty(); };
    const absl::MutexLock lock(&mutex_, absl::Condition(&all_gone));
  }
  pumps_.reset();
}

void Watchers::Watch(WatchRpc& rpc, Arrival arrival) {
  const std::int64_t newest = feed_.last_sequence();
  absl::StatusOr<Watcher::Subject> subject =
      Watcher::ReadSubject(rpc.request(), std::move(arrival), newest);
  if (!subject.ok()) {
    rpc.Finish(subject.status());
    return;
  }
  const auto watcher = std::make_shared<Watcher>(*this, rpc, *std::move(subject), newest);
  Judge judge;
  {
    const absl::MutexLock lock(&mutex_);
    if (stopping_) {
      rpc.Finish(absl::UnavailableError("the service is stopping"));
      return;
    }
    watchers_.insert(watcher);
    judge = judge_;
  }
  watcher->Start();
  // It may have been let in before, and looked at by nobody since.
  if (judge) watcher->AdmitAgain(judge);
}

void Watchers::AdmitAgain(const Judge& judge) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const absl::MutexLock lock(&mutex_);
    judge_ = judge;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  for (const auto& watcher : watchers) watcher->AdmitAgain(judge);
}

void Watchers::Stop() {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    watchers.assign(watchers_.begin(), watchers_.end());
  }
  pause_.Wake();
  const auto why =
      absl::UnavailableError("the service is stopping; watch again with the last resume_token");
  for (const auto& watcher : watchers) watcher->End(why);
}

void Watchers::Remove(const std::shared_ptr<Watcher>& watcher) {
  const absl::MutexLock lock(&mutex_);
  watchers_.erase(watcher);
}

void Watchers::KeepAlive() {
  while (!pause_.For(std::min(keep_alive_interval_ / 2, kLongestPause))) {
    std::vector<std::shared_ptr<Watcher>> watchers;
    {
      const absl::MutexLock lock(&mutex_);
      watchers.assign(watchers_.begin(), watchers_.end());
    }
    for (const auto& watcher : watchers) watcher->KeepAliveAt(std::chrono::steady_clock::now());
  }
}

}  // namespace autopulse::callevents::rpc
