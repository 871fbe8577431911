#include "services/core/call_lookup.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::core {
namespace {

// An answer that took longer came from the disk.
constexpr absl::Duration kSlow = absl::Milliseconds(5);

// So many questions of workers at once, so that one is asked while another one is answered.
constexpr std::size_t kMostQuestions = 2;

// So many calls in one.
constexpr std::size_t kMostCalls = 64;

}  // namespace

CallLookup::~CallLookup() {
  const auto is_idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return running_ == 0; };
  const absl::MutexLock lock(&mutex_, absl::Condition(&is_idle));
}

void CallLookup::Find(std::int64_t call_id, Done done) {
  const absl::MutexLock lock(&mutex_);
  waiting_.push_back({call_id, std::move(done)});
}

void CallLookup::Flush() {
  const bool asks_here = !store_.is_shared() && !is_slow_;
  while (true) {
    {
      const absl::MutexLock lock(&mutex_);
      if (waiting_.empty()) return;
      if (!asks_here) {
        if (running_ < kMostQuestions) Schedule();
        return;
      }
    }
    Answer(Take());
  }
}

void CallLookup::Schedule() {
  ++running_;
  workers_.Add([this] { Run(); });
}

void CallLookup::Run() {
  Answer(Take());
  const absl::MutexLock lock(&mutex_);
  --running_;
  if (!waiting_.empty()) Schedule();  // behind what others have given the workers
}

std::vector<CallLookup::Wanted> CallLookup::Take() {
  const absl::MutexLock lock(&mutex_);
  if (waiting_.size() <= kMostCalls) return std::exchange(waiting_, {});
  const auto end = waiting_.begin() + kMostCalls;
  std::vector<Wanted> taken(std::make_move_iterator(waiting_.begin()),
                            std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void CallLookup::Answer(const std::vector<Wanted>& wanted) {
  if (wanted.empty()) return;
  std::set<std::int64_t> ids;
  for (const Wanted& one : wanted) ids.insert(one.call_id);
  std::map<std::int64_t, domain::Call> found;
  const absl::Time before = clock_();
  const absl::Status asked = store_.ReadOne([&](CallReader& calls) -> absl::Status {
    ASSIGN_OR_RETURN(std::vector<domain::Call> there, calls.GetCalls({ids.begin(), ids.end()}));
    for (domain::Call& call : there) found[call.id] = std::move(call);
    return absl::OkStatus();
  });
  is_slow_ = clock_() - before > kSlow;
  for (const Wanted& one : wanted) {
    const auto call = found.find(one.call_id);
    if (!asked.ok()) {
      one.done(asked);
    } else if (call == found.end()) {
      one.done(absl::NotFoundError(absl::StrCat("call ", one.call_id, " not found")));
    } else {
      one.done(call->second);
    }
  }
}

}  // namespace autopulse::callevents::core
