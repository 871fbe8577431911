// What OdbCallWriter drops: in bulk, so in SQL of our own, the same for both databases.

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/odb_call_writer.h"

namespace autopulse::callevents::persistence {
namespace {

// EventDetailColumns; a test holds the two together.
constexpr std::array kDetailColumns = {"status",
                                       "provider_status",
                                       "forwarding",
                                       "hangup_reason",
                                       "provider_reason",
                                       "ended_reason",
                                       "ended_reason_group",
                                       "start_time",
                                       "end_time",
                                       "duration_sec",
                                       "duration_ms",
                                       "cost",
                                       "recording_url",
                                       "recording_expire_time",
                                       "analysis_summary",
                                       "analysis_success_evaluation",
                                       "analysis_structured_data",
                                       "has_transcript",
                                       "notice_kind"};

// X1: what of a call's row says who was called, and what was said.
constexpr std::array kPersonalCallColumns = {
    "customer_number",         "recording_url",
    "recording_expire_time",   "ended_reason",
    "analysis_summary",        "analysis_success_evaluation",
    "analysis_structured_data"};

constexpr std::array kPersonalServiceRecordColumns = {"customer_name", "customer_phone",
                                                      "vehicle_info"};

template <typename Columns>
std::string Emptied(const Columns& columns) {
  return absl::StrCat("\"", absl::StrJoin(columns, "\" = NULL, \""), "\" = NULL");
}

// Empties the digest of what was created as `name`: one of a few digits can be guessed.
void DropDigest(odb::database& database, absl::string_view name) {
  database.execute(
      absl::StrCat("UPDATE creation_request SET digest = '' WHERE name = '", name, "'"));
}

}  // namespace

void OdbCallWriter::DropDetails(std::int64_t call_id, absl::Time forget_time) {
  kind_.NoteChange();
  database_.execute(
      absl::StrCat("DELETE FROM call_event_transcript WHERE call_event_id IN "
                   "(SELECT id FROM call_event WHERE call_id = ",
                   call_id, ")"));
  database_.execute(absl::StrCat("UPDATE call_event SET ", Emptied(kDetailColumns),
                                 ", forget_time = ", kind_.Literal(ToEntity(forget_time)),
                                 " WHERE forget_time IS NULL AND call_id = ", call_id));
}

absl::Status OdbCallWriter::ForgetEvents(std::int64_t call_id, absl::Time forget_time) {
  return Run([&] {
    DropDetails(call_id, forget_time);
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::SaveFolded(std::int64_t call_id, const domain::CallHistory& history) {
  return Run([&]() -> absl::Status {
    CallBaseRow base;
    if (!database_.find(call_id, base)) {
      return absl::NotFoundError(absl::StrCat("call ", call_id, " has no base"));
    }
    kind_.NoteChange();
    base.fold_horizon = ToEntity(history.fold_horizon);
    database_.update(base);
    database_.erase_query<CallFoldedAttemptRow>(odb::query<CallFoldedAttemptRow>::call_id ==
                                                call_id);
    for (const domain::Attempt& attempt : history.folded) {
      CallFoldedAttemptRow row = ToEntity(call_id, attempt);
      database_.persist(row);
    }
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::EraseCall(std::int64_t call_id, absl::Time erase_time) {
  return Run([&]() -> absl::Status {
    const std::string time = kind_.Literal(ToEntity(erase_time));
    const auto erased = database_.execute(
        absl::StrCat("UPDATE \"call\" SET ", Emptied(kPersonalCallColumns),
                     ", erase_time = coalesce(erase_time, ", time, ") WHERE id = ", call_id));
    if (erased == 0) return absl::NotFoundError(absl::StrCat("call ", call_id, " not found"));
    for (const char* table : {"transcript", "call_base", "call_folded_attempt"}) {
      database_.execute(absl::StrCat("DELETE FROM ", table, " WHERE call_id = ", call_id));
    }
    DropDetails(call_id, erase_time);
    DropDigest(database_, absl::StrCat("calls/", call_id));
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::EraseServiceRecord(std::int64_t id, absl::Time update_time) {
  return Run([&] {
    database_.execute(
        absl::StrCat("UPDATE service_record SET ", Emptied(kPersonalServiceRecordColumns),
                     ", update_time = ", kind_.Literal(ToEntity(update_time)), " WHERE id = ", id));
    DropDigest(database_, absl::StrCat("serviceRecords/", id));
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::SaveProgress(const std::string& task, std::int64_t sequence) {
  return Run([&] {
    HousekeepingRow row;
    if (database_.find(task, row)) {
      row.sequence = sequence;
      database_.update(row);
    } else {
      row = {task, sequence};
      database_.persist(row);
    }
    return absl::OkStatus();
  });
}

}  // namespace autopulse::callevents::persistence
