#include "services/grpc/watcher.h"

#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/slice.h>

#include <algorithm>
#include <any>
#include <utility>

#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/status_macros.h"
#include "services/core/call_matcher.h"
#include "services/core/read_feed.h"
#include "services/grpc/filter.h"
#include "services/grpc/page_token.h"
#include "services/grpc/to_proto.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr std::size_t kReadAhead = 64;

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

absl::StatusOr<Watcher::Subject> Watcher::ReadSubject(const grpc::ByteBuffer& bytes,
                                                      Arrival arrival, std::int64_t newest) {
  ASSIGN_OR_RETURN(const v1::WatchCallsRequest request, ParseRequest(bytes));
  Subject subject{.conditions = {}, .arrival = std::move(arrival), .cursor = newest};
  ASSIGN_OR_RETURN(subject.conditions, ParseFilter(request.filter()));
  if (!request.resume_token().empty()) {
    ASSIGN_OR_RETURN(subject.cursor, DecodeResumeToken(request.resume_token()));
  }
  return subject;
}

Watcher::Watcher(const Surroundings& surroundings, WatchRpc& rpc, Subject subject,
                 const Begin& begin)
    : surroundings_(surroundings),
      rpc_(rpc),
      subject_(std::move(subject)),
      cursor_(subject_.cursor),
      gone_back_(begin.gone_back) {
  if (cursor_ > begin.newest) ahead_of_ = begin.newest;
}

void Watcher::Start() {
  {
    const absl::MutexLock lock(&mutex_);
    rpc_.Begin(*this);
    // Tells the client that it watches from now on, unless it has been ended meanwhile.
    if (!finished_) rpc_.SendInitialMetadata();
  }
  subscription_ = surroundings_.feed.Subscribe([self = shared_from_this()] { self->Wake(); });
  Wake();
}

void Watcher::Wake() {
  const absl::MutexLock lock(&mutex_);
  SchedulePump();
}

void Watcher::AdmitAgain(const Judge& judge) {
  if (absl::Status admitted = judge(subject_.arrival); !admitted.ok()) End(admitted);
}

void Watcher::KeepAliveAt(std::chrono::steady_clock::time_point now) {
  const absl::MutexLock lock(&mutex_);
  if (pumping_ || writing_ || finished_) return;
  if (IsKeepAliveDue(now)) Write(KeepAliveMessage(cursor_));
}

bool Watcher::IsKeepAliveDue(std::chrono::steady_clock::time_point now) const {
  return now >= last_write_ + absl::ToChronoNanoseconds(surroundings_.keep_alive);
}

void Watcher::End(const absl::Status& why) {
  const absl::MutexLock lock(&mutex_);
  FinishWith(why);
}

void Watcher::OnWriteDone(bool ok) {
  const absl::MutexLock lock(&mutex_);
  writing_ = false;
  if (!ok) FinishWith(absl::CancelledError());
  if (finish_after_write_) {
    rpc_.Finish(*finish_after_write_);
    return;
  }
  if (!IsUpToDate()) SchedulePump();  // else `Wake` says what comes
}

bool Watcher::IsUpToDate() const {
  return read_ahead_.empty() && cursor_ >= surroundings_.feed.last_sequence() &&
         gone_back_.times == surroundings_.feed.gone_back().times;
}

void Watcher::OnCancel() {
  const absl::MutexLock lock(&mutex_);
  FinishWith(absl::CancelledError());
}

void Watcher::OnDone() {
  surroundings_.feed.Unsubscribe(subscription_);
  surroundings_.on_done(shared_from_this());
}

void Watcher::SchedulePump() {
  if (pumping_) pump_again_ = true;
  if (pumping_ || writing_ || finished_) return;
  pumping_ = true;
  surroundings_.pumps.Add([self = shared_from_this()] { self->Pump(); });
}

void Watcher::Pump() {
  const std::int64_t before = cursor_;
  const absl::StatusOr<Entry> next = Next();
  const bool another_follows = HasNext();
  const bool found = next.ok() && *next != nullptr;
  const grpc::ByteBuffer* const message = found ? &MessageOf(**next) : nullptr;
  const absl::MutexLock lock(&mutex_);
  const bool again = std::exchange(pump_again_, false) || cursor_ != before;
  pumping_ = false;
  if (finished_) return;
  if (!next.ok()) {
    FinishWith(next.status());
  } else if (found) {
    // What follows at once need not be sent by itself: who is behind catches up.
    Write(*message,
          another_follows ? grpc::WriteOptions().set_buffer_hint() : grpc::WriteOptions());
  } else if (again && IsKeepAliveDue(std::chrono::steady_clock::now())) {
    Write(KeepAliveMessage(cursor_));
  } else if (again) {
    SchedulePump();  // behind those of others: it may be a long way to what this client wants
  }
}

absl::StatusOr<Watcher::Entry> Watcher::Next() {
  if (read_of_ != surroundings_.feed.times_forgotten()) read_ahead_.clear();
  if (read_ahead_.empty()) RETURN_IF_ERROR(ReadAhead());
  while (!read_ahead_.empty()) {
    Entry entry = std::move(read_ahead_.front());
    read_ahead_.pop_front();
    cursor_ = entry->event.sequence;
    if (Wants(*entry)) return entry;
  }
  return Entry();
}

bool Watcher::HasNext() const {
  return std::any_of(read_ahead_.begin(), read_ahead_.end(),
                     [this](const Entry& entry) { return Wants(*entry); });
}

bool Watcher::Wants(const core::FeedEntry& entry) const {
  return core::Matches(entry.call, entry.event.call_status_word, subject_.conditions);
}

absl::Status Watcher::ReadAhead() {
  read_of_ = surroundings_.feed.times_forgotten();
  if (const auto gone_back = surroundings_.feed.gone_back(); gone_back.times != gone_back_.times) {
    gone_back_ = gone_back;
    cursor_ = std::min(cursor_, gone_back.to);
  }
  if (ahead_of_) RETURN_IF_ERROR(CheckCursor());
  if (std::optional<core::CallFeed::Entries> kept = surroundings_.feed.After(cursor_, kReadAhead)) {
    read_ahead_.assign(kept->begin(), kept->end());
    return absl::OkStatus();
  }
  // Behind it, where other services write, a smaller sequence may be committed after a larger.
  const std::int64_t settled = surroundings_.feed.last_sequence();
  return surroundings_.store.Read([this, settled](core::CallReader& calls) -> absl::Status {
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
absl::Status Watcher::CheckCursor() {
  RETURN_IF_ERROR(surroundings_.store.Read([this](core::CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(const core::JournalMark mark, calls.MarkJournal());
    if (cursor_ > mark.sequence) cursor_ = *ahead_of_;
    return absl::OkStatus();
  }));
  ahead_of_.reset();
  return absl::OkStatus();
}

void Watcher::Write(const grpc::ByteBuffer& message, grpc::WriteOptions options) {
  writing_ = true;
  last_write_ = std::chrono::steady_clock::now();
  rpc_.Write(message, options);
}

void Watcher::FinishWith(const absl::Status& status) {
  if (finished_) return;
  finished_ = true;
  if (writing_) {
    finish_after_write_ = status;
  } else {
    rpc_.Finish(status);
  }
}

}  // namespace autopulse::callevents::rpc
