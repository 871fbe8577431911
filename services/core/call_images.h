#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/core/call_store.h"
#include "services/core/concerned_calls.h"
#include "services/core/event_id_set.h"
#include "services/core/kept_calls.h"
#include "services/core/reported_event.h"
#include "services/domain/fold.h"

namespace autopulse::callevents::core {

// A call as the events of a group so far have made it.
struct CallImage {
  // As it will be remembered, without the event ids that the current group adds.
  std::unique_ptr<KeptCall> kept;
  std::optional<domain::CallState> stored;       // of its row, once that is to change
  std::optional<domain::FoldState> new_base;     // to be written
  std::optional<domain::CallHistory> history;    // as it is recorded, if it was read
  std::vector<const domain::CallEvent*> added;   // by the group, notices left out
  std::map<std::string, std::size_t> added_ids;  // of the group's new events: their indices
  const std::vector<domain::TranscriptEntry>* transcript = nullptr;  // the new one, if it changes
  std::vector<domain::TranscriptEntry> read_transcript;
};

// The calls that a group of events concerns. What is remembered of them and still holds is not
// read again.
class CallImages {
 public:
  struct Context {
    KeptCalls& kept_calls;
    domain::RuleOptions options;
    absl::Time now;
    bool commits = false;  // whether the group may end its transaction: RecordedChanges::commits
  };

  explicit CallImages(const Context& context) : context_(context) {}

  // Locks and loads the calls of `events`. Any error is that of the transaction.
  absl::Status Load(CallWriter& calls, const ConcernedCalls& concerned,
                    absl::Span<const ReportedEvent> events);

  // Takes in a call that has just been registered.
  CallImage& Add(domain::Call call);

  // The image of a call; null if there is no such call.
  CallImage* Find(std::int64_t call_id);

  // All of them, by id.
  const std::map<std::int64_t, CallImage>& all() const { return images_; }

  // Those events of `keys` that are recorded: as they were found by `Load`, others by reading.
  absl::StatusOr<std::vector<domain::RecordedEvent>> FindEvents(CallWriter& calls,
                                                                const std::vector<EventKey>& keys);

  // Reads the history of a call where `Load` had no need to.
  absl::Status LoadHistory(CallWriter& calls, CallImage& image) const;

  // After the commit: remembers the calls. The images are not to be used any more.
  void Keep();

  // Forgets them: what was written was undone.
  void Clear() { images_.clear(); }

 private:
  // What is to be locked, and what is remembered of it.
  struct Wanted {
    CallsToLock to_lock;
    std::map<std::int64_t, std::unique_ptr<KeptCall>> kept;
  };

  Wanted TakeKept(const ConcernedCalls& concerned);
  void AddKeys(const ConcernedCalls& concerned, absl::Span<const ReportedEvent> events,
               Wanted& wanted);
  absl::Status TakeLocked(CallWriter& calls, LockedCalls locked, Wanted wanted);
  CallImage& AddKept(std::unique_ptr<KeptCall> kept);
  CallImage& AddNew(domain::Call call);
  void SetBase(CallImage& image) const;

  Context context_;
  std::optional<std::int64_t> data_version_;
  std::map<std::int64_t, CallImage> images_;
  std::set<std::pair<std::int64_t, std::string>> asked_;  // for, while the calls were locked
  std::vector<domain::RecordedEvent> known_events_;
};

}  // namespace autopulse::callevents::core
