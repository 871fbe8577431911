#include "adapter/http/refusals.h"

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/log.h"
#include "services/base/merged_line.h"

namespace autopulse::callevents::adapter::http {
namespace {

// The line for refusals of one kind and reason, which are constants, so that they are few.
base::MergedLine& LineOf(const Refusal& refusal) {
  struct Lines {
    absl::Mutex mutex;
    std::map<std::pair<absl::string_view, absl::string_view>, base::MergedLine> by_cause
        ABSL_GUARDED_BY(mutex);
  };
  static auto& lines = *new Lines;
  const absl::MutexLock lock(&lines.mutex);
  return lines.by_cause[{refusal.kind, refusal.reason}];
}

}  // namespace

void NoteRefusal(const Refusal& refusal, base::Counters& counters) {
  counters.Increment("refused", refusal.kind);
  const absl::string_view reason = refusal.reason;
  if (!reason.empty()) counters.Increment("unauthorized", reason);
  const std::optional<std::int64_t> count = LineOf(refusal).Count();
  if (!count.has_value()) return;
  const int status = refusal.answer.status;
  if (reason.empty()) {
    base::LogInfo("requests refused",
                  {{"count", *count}, {"kind", refusal.kind}, {"http_status", status}});
  } else {
    base::LogInfo(
        "requests refused",
        {{"count", *count}, {"kind", refusal.kind}, {"http_status", status}, {"reason", reason}});
  }
}

}  // namespace autopulse::callevents::adapter::http
