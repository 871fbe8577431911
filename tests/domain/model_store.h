#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/fold.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

// One call, its service record and its journal, kept in memory as the event recorder keeps them in
// the database. For tests.
class ModelStore {
 public:
  // The call's row as it stands before its first event.
  explicit ModelStore(CallState row = {}, RuleOptions options = {});

  // Records an event and returns what it did; nothing for one that was recorded before [O1].
  std::optional<EventOutcome> Arrive(const CallEvent& event);

  // Folds away all that has arrived.
  void FoldAway();

  // What the rows are. `row` may be written to, as another program would.
  CallState row;
  std::string service_record_word = "Scheduled";
  std::string transcript_event_id;  // the report that the stored transcript came with
  int row_writes = 0;

  // The attempts, each folded by itself.
  std::vector<Attempt> Attempts() const;

 private:
  const RuleOptions options_;
  std::optional<CallHistory> history_;
  std::set<std::string> event_ids_;
};

}  // namespace autopulse::callevents::domain
