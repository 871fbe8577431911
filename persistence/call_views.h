#pragma once

#include <cstdint>
#include <odb/core.hxx>
#include <optional>

#include "persistence/entities.h"

// What is asked of the tables besides their rows.
namespace autopulse::callevents::persistence {

#pragma db view object(ServiceRecordRow)
struct LargestServiceRecord {
#pragma db column("max(" + ServiceRecordRow::id + ")")
  std::optional<std::int64_t> id;
};

#pragma db view object(CallRow)
struct LargestCall {
#pragma db column("max(" + CallRow::id + ")")
  std::optional<std::int64_t> id;
};

#pragma db view object(CallRow)
struct CallCount {
#pragma db column("count(*)")
  std::int64_t count;
};

#pragma db view object(CallEventRow)
struct LargestEvent {
#pragma db column("max(" + CallEventRow::id + ")")
  std::optional<std::int64_t> id;
};

#pragma db view object(TranscriptRow)
struct LargestTranscript {
#pragma db column("max(" + TranscriptRow::id + ")")
  std::optional<std::int64_t> id;
};

// The same as `LargestCall`, of the calls that events belong to.
#pragma db view object(CallEventRow)
struct LargestCallOfEvents {
#pragma db column("max(" + CallEventRow::call_id + ")")
  std::optional<std::int64_t> id;
};

}  // namespace autopulse::callevents::persistence
