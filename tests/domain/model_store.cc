#include "tests/domain/model_store.h"

#include <utility>
#include <variant>

namespace autopulse::callevents::domain {

ModelStore::ModelStore(CallState first_row, RuleOptions options)
    : row(std::move(first_row)), options_(options) {}

std::optional<EventOutcome> ModelStore::Arrive(const CallEvent& event) {
  if (!event_ids_.insert(event.event_id).second) return std::nullopt;
  if (!history_) {
    history_.emplace();
    history_->base.call = row;
  }
  CallHistory longer = *history_;
  if (!std::holds_alternative<Notice>(event.detail)) longer.events.push_back(event);
  const FoldedCall without = Fold(*history_, options_);
  if (IsTooLate(without, event)) return EventOutcome::kStale;  // F1
  const Decision decision = Decide(row, without, Fold(longer, options_), event);
  history_ = std::move(longer);
  if (decision.writes()) {
    ++row_writes;
    row = decision.row;
    service_record_word = row.status_word;
    if (decision.replace_transcript) transcript_event_id = decision.transcript_event_id;
  }
  return decision.outcome;
}

void ModelStore::FoldAway() {
  if (history_) history_ = domain::FoldAway(*history_, options_);
}

std::vector<Attempt> ModelStore::Attempts() const {
  return history_ ? Fold(*history_, options_).attempts : std::vector<Attempt>();
}

}  // namespace autopulse::callevents::domain
