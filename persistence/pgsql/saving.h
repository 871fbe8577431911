#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "persistence/pgsql/pipeline.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// What gives the journal's rows their ids, as BIGSERIAL has named it. To ask for the name costs
// more than the number.
inline constexpr absl::string_view kJournalSequence = "call_event_id_seq";

// See core::CallWriter::Save: one statement for each table, all of them sent at once, together with
// the commit if `changes.commits`. In the thread's current transaction; throws what ODB throws.
absl::StatusOr<std::vector<std::int64_t>> SaveToPgsql(const core::RecordedChanges& changes);

// Sends what draws so many sequences, and returns the index of the result; takes them from it.
std::size_t DrawSequences(std::size_t count, PgsqlPipeline& pipeline);
void TakeSequences(const PGresult* result, std::vector<std::int64_t>& sequences);

}  // namespace autopulse::callevents::persistence
