#include "services/core/call_lookup.h"

#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::core {
namespace {

// So many questions of workers at once, so that one is asked while another one is answered.
constexpr std::size_t kMostQuestions = 2;

// So many calls in one.
constexpr std::size_t kMostCalls = 64;

}  // namespace

class CallLookup::Question {
 public:
  explicit Question(const std::vector<Wanted>& wanted) : wanted_(wanted) {
    for (const Wanted& one : wanted) ids_.insert(one.call_id);
  }

  absl::Status operator()(CallReader& calls) {
    ASSIGN_OR_RETURN(std::vector<domain::Call> there, calls.GetCalls({ids_.begin(), ids_.end()}));
    for (domain::Call& call : there) found_[call.id] = std::move(call);
    return absl::OkStatus();
  }

  void Tell(const absl::Status& asked) const {
    for (const Wanted& one : wanted_) {
      const auto call = found_.find(one.call_id);
      if (!asked.ok()) {
        one.done(asked);
      } else if (call == found_.end()) {
        one.done(absl::NotFoundError(absl::StrCat("call ", one.call_id, " not found")));
      } else {
        one.done(call->second);
      }
    }
  }

 private:
  const std::vector<Wanted>& wanted_;
  std::set<std::int64_t> ids_;
  std::map<std::int64_t, domain::Call> found_;
};

CallLookup::~CallLookup() {
  const auto is_idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return running_ == 0; };
  const absl::MutexLock lock(&mutex_, absl::Condition(&is_idle));
}

void CallLookup::Find(std::int64_t call_id, Done done) {
  const absl::MutexLock lock(&mutex_);
  asked_for_.push_back({call_id, std::move(done)});
}

void CallLookup::Flush() {
  std::vector<Wanted> asked_for;
  {
    const absl::MutexLock lock(&mutex_);
    asked_for.swap(asked_for_);
  }
  while (!asked_for.empty()) {
    std::vector<Wanted> wanted = Take(asked_for);
    Question question(wanted);
    if (const auto asked = store_.ReadAtHand(std::ref(question))) {
      question.Tell(*asked);
    } else {
      LeaveToWorkers(std::move(wanted));
    }
  }
}

void CallLookup::LeaveToWorkers(std::vector<Wanted> wanted) {
  const absl::MutexLock lock(&mutex_);
  std::move(wanted.begin(), wanted.end(), std::back_inserter(for_workers_));
  if (running_ < kMostQuestions) Schedule();
}

void CallLookup::Schedule() {
  ++running_;
  workers_.Add([this] { Run(); });
}

void CallLookup::Run() {
  std::vector<Wanted> wanted;
  {
    const absl::MutexLock lock(&mutex_);
    wanted = Take(for_workers_);
  }
  Question question(wanted);
  if (!wanted.empty()) question.Tell(store_.ReadOne(std::ref(question)));
  const absl::MutexLock lock(&mutex_);
  --running_;
  if (!for_workers_.empty()) Schedule();  // behind what others have given the workers
}

std::vector<CallLookup::Wanted> CallLookup::Take(std::vector<Wanted>& waiting) {
  if (waiting.size() <= kMostCalls) return std::exchange(waiting, {});
  const auto end = waiting.begin() + kMostCalls;
  std::vector<Wanted> taken(std::make_move_iterator(waiting.begin()), std::make_move_iterator(end));
  waiting.erase(waiting.begin(), end);
  return taken;
}

}  // namespace autopulse::callevents::core
