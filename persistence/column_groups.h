#pragma once

#include <cstdint>
#include <odb/core.hxx>
#include <optional>
#include <string>

#include "persistence/column_types.h"
#include "persistence/optional_traits.h"

// Columns that belong together, for entities.h.
namespace autopulse::callevents::persistence {

// All of a call that events write.
#pragma db value
struct CallStateColumns {
#pragma db type("VARCHAR(20)")
  std::string status;
  std::optional<Timestamp> start_time;
  std::optional<Timestamp> end_time;
#pragma db type("INTEGER")
  std::optional<std::int64_t> duration_sec;
  std::optional<std::string> recording_url;
#pragma db type("VARCHAR(100)")
  std::optional<std::string> vapi_call_id;
  std::optional<std::string> ended_reason;
  std::optional<Numeric> cost;
#pragma db type("INTEGER")
  std::optional<std::int64_t> duration_ms;
#pragma db type("VARCHAR(10)")
  std::optional<std::string> outcome;
  std::optional<std::string> analysis_summary;
  std::optional<std::string> analysis_success_evaluation;
  std::optional<std::string> analysis_structured_data;
  std::optional<Timestamp> recording_expire_time;
};

// What an event says, of whichever kind it is; the rest is NULL.
#pragma db value
struct EventDetailColumns {
// Of a status update.
#pragma db type("VARCHAR(20)")
  std::optional<std::string> status;
#pragma db type("VARCHAR(100)")
  std::optional<std::string> provider_status;
  std::optional<bool> forwarding;

// Of a hangup.
#pragma db type("VARCHAR(20)")
  std::optional<std::string> hangup_reason;
#pragma db type("VARCHAR(100)")
  std::optional<std::string> provider_reason;

  // Of a status update or a report.
  std::optional<std::string> ended_reason;
#pragma db type("VARCHAR(40)")
  std::optional<std::string> ended_reason_group;

  // Of a report.
  std::optional<Timestamp> start_time;
  std::optional<Timestamp> end_time;
#pragma db type("INTEGER")
  std::optional<std::int64_t> duration_sec;
#pragma db type("INTEGER")
  std::optional<std::int64_t> duration_ms;
  std::optional<Numeric> cost;
  std::optional<std::string> recording_url;
  std::optional<Timestamp> recording_expire_time;
  std::optional<std::string> analysis_summary;
  std::optional<std::string> analysis_success_evaluation;
  std::optional<std::string> analysis_structured_data;
  std::optional<bool> has_transcript;

// Of a notice.
#pragma db type("VARCHAR(100)")
  std::optional<std::string> notice_kind;
};

}  // namespace autopulse::callevents::persistence
