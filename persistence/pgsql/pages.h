#pragma once

#include <odb/query-dynamic.hxx>
#include <vector>

#include "services/domain/call.h"

namespace autopulse::callevents::persistence {

// At most `limit` calls: those that the first of `parts` selects, in its order, then those of the
// next. All by one statement, which sees one state of the database and reads no part that is not
// needed. If `keep`, the connection keeps the statement and its plan. In the thread's current
// transaction; throws what ODB throws.
std::vector<domain::Call> SelectCallsFromPgsql(const std::vector<odb::query_base>& parts, int limit,
                                               bool keep);

}  // namespace autopulse::callevents::persistence
