#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "persistence/spool/dead_letters.h"
#include "persistence/spool/event_spool.h"
#include "persistence/spool/rows.h"

// Rows as values and back.
namespace autopulse::callevents::persistence::spool {

// InfinitePast is zero, and the other way round.
std::int64_t ToMicros(absl::Time time);
absl::Time FromMicros(std::int64_t micros);

Blob ToBlob(absl::string_view bytes);

FailureColumns ToColumns(const Failures& failures);
Failures FromColumns(const FailureColumns& columns);

PendingEvent FromRow(const DueEvent& row);

DeadLetterRow ToRow(const DeadLetter& letter);
DeadLetter FromRow(const DeadLetterRow& row);
DeadLetter FromRow(const DeadLetterSummary& row);

}  // namespace autopulse::callevents::persistence::spool
