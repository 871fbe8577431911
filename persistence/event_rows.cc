#include "persistence/event_rows.h"

#include "persistence/entities-odb.h"
#include "persistence/prepared_query.h"

namespace autopulse::callevents::persistence {

std::optional<CallEventRow> FindEventRow(const core::EventKey& key) {
  using Columns = odb::query<CallEventRow>;
  auto query = PreparedQuery<CallEventRow>("find_event", key, [](const core::EventKey& bound) {
    return Columns::call_id == Columns::_ref(bound.call_id) &&
           Columns::event_id == Columns::_ref(bound.event_id);
  });
  CallEventRow row;
  if (!query.execute_one(row)) return std::nullopt;
  return row;
}

}  // namespace autopulse::callevents::persistence
