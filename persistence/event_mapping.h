#pragma once

#include "persistence/entities.h"
#include "services/core/call_store.h"
#include "services/domain/call_event.h"

// Events of the journal to rows and back.
namespace autopulse::callevents::persistence {

// The `kind` of a notice, which takes no part in the state of its call [V2].
inline constexpr const char* kNoticeKind = "notice";

// The database picks the id; a transcript is not part of the row.
CallEventRow ToEntity(const core::NewEvent& added);
domain::RecordedEvent FromEntity(const CallEventRow& row);

}  // namespace autopulse::callevents::persistence
