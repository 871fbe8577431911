#include "adapter/http/refusals.h"

#include "services/base/log.h"

namespace autopulse::callevents::adapter::http {

void NoteRefusal(const Refusal& refusal, base::Counters& counters) {
  counters.Increment("refused", refusal.kind);
  const absl::string_view reason = refusal.answer.reason;
  if (reason.empty()) {
    base::LogInfo("request refused",
                  {{"kind", refusal.kind}, {"http_status", refusal.answer.status}});
    return;
  }
  counters.Increment("unauthorized", reason);
  base::LogInfo(
      "request refused",
      {{"kind", refusal.kind}, {"http_status", refusal.answer.status}, {"reason", reason}});
}

}  // namespace autopulse::callevents::adapter::http
