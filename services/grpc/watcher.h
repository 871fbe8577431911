#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/call_query.h"
#include "services/core/call_store.h"
#include "services/grpc/gatekeeper.h"
#include "services/grpc/stream_rpc.h"

namespace autopulse::callevents::rpc {

// One stream of WatchCalls. At most one pump runs for it at a time: it finds the next event and
// starts to write it; when that is written, the next pump begins. Thread-safe.
class Watcher final : public StreamHandler, public std::enable_shared_from_this<Watcher> {
 public:
  // Messages are bytes here, since what is sent of an event is the same on all streams and is made
  // once: each is a v1.WatchCallsResponse.
  using WatchRpc = StreamRpc<grpc::ByteBuffer, grpc::ByteBuffer>;

  // OK if a request may come in.
  using Judge = std::function<absl::Status(const Arrival&)>;

  // What a client watches, and who it is.
  struct Subject {
    std::vector<core::CallCondition> conditions;
    Arrival arrival;
    std::int64_t cursor = 0;  // it begins behind it
  };

  // What all streams share, and who is told that this one is over.
  struct Surroundings {
    core::CallStore& store;
    core::CallFeed& feed;
    base::WorkQueue& pumps;
    absl::Duration keep_alive;  // an idle stream carries a message about this often
    std::function<void(const std::shared_ptr<Watcher>&)> on_done;
  };

  // Where the feed stands when a stream begins.
  struct Begin {
    explicit Begin(const core::CallFeed& feed)
        : gone_back(feed.gone_back()), newest(feed.last_sequence()) {}

    core::CallFeed::GoneBack gone_back;  // asked for first, so that none is missed
    std::int64_t newest;
  };

  // What a request, a v1.WatchCallsRequest, asks for where the feed stands at `newest`.
  // INVALID_ARGUMENT for a message, filter or token that cannot be read.
  static absl::StatusOr<Subject> ReadSubject(const grpc::ByteBuffer& bytes, Arrival arrival,
                                             std::int64_t newest);

  // `surroundings` must outlive this.
  Watcher(const Surroundings& surroundings, WatchRpc& rpc, Subject subject, const Begin& begin);

  // Begins the stream, whose requests from now on come to this.
  void Start();

  // Ends the stream if its client may not come in any more.
  void AdmitAgain(const Judge& judge);

  // Writes a message without an event if nothing was written for so long.
  void KeepAliveAt(std::chrono::steady_clock::time_point now);

  // Ends the stream.
  void End(const absl::Status& why);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  using Entry = core::CallFeed::Entry;

  // Goes on with the stream, if it stands still.
  void Wake();
  // Whether there is nothing to read; not to be asked beside a pump.
  bool IsUpToDate() const;
  void SchedulePump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pump();
  // The next event that the client wants; null if the events that were read at a time have none.
  // Runs in pumps only.
  absl::StatusOr<Entry> Next();
  // Whether `Next` has another one at hand.
  bool HasNext() const;
  bool Wants(const core::FeedEntry& entry) const;
  absl::Status ReadAhead();
  absl::Status CheckCursor();
  bool IsKeepAliveDue(std::chrono::steady_clock::time_point now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write(const grpc::ByteBuffer& message, grpc::WriteOptions options = {})
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishWith(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Surroundings& surroundings_;
  WatchRpc& rpc_;
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
  std::uint64_t read_of_ = 0;           // how often the feed had forgotten when that was read
  core::CallFeed::GoneBack gone_back_;  // as `cursor_` knows of it
};

}  // namespace autopulse::callevents::rpc
