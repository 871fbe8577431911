// What OdbCallWriter drops: in bulk, so in SQL of our own, the same for both databases.

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "persistence/entities-odb-sqlite.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/odb_call_writer.h"

namespace autopulse::callevents::persistence {
namespace {

// What stays of a row when what it says is dropped. All else is dropped: a column that somebody
// adds to entities.h is gone as well, unless it is named here.

// F1: that the event came.
constexpr std::array kKeptOfEvent = {"id",         "call_id",          "event_id",
                                     "event_time", "receive_time",     "create_time",
                                     "outcome",    "call_status",      "kind",
                                     "provider",   "provider_call_id", "provider_call_create_time",
                                     "forget_time"};

// X1, which names them too: what does not say who was called, nor what was said.
constexpr std::array kKeptOfCall = {
    "id",       "service_record_id", "direction",   "status",       "start_time",
    "end_time", "duration_sec",      "duration_ms", "vapi_call_id", "cost",
    "outcome",  "create_time",       "update_time", "erase_time"};

constexpr std::array kKeptOfServiceRecord = {
    "id", "service_type", "status", "appointment_date", "create_time", "update_time"};

// `"a" = NULL, "b" = NULL` for the columns of `Row` that are not among `kept`. Those of the two
// databases have the same names.
template <typename Row, typename Names>
std::string Emptied(const Names& kept) {
  using Traits = odb::access::object_traits_impl<Row, odb::id_sqlite>;
  absl::string_view columns = Traits::persist_statement;  // INSERT INTO "t" ("a", "b") VALUES ...
  columns.remove_prefix(columns.find('(') + 1);
  std::vector<std::string> emptied;
  for (const absl::string_view quoted :
       absl::StrSplit(columns.substr(0, columns.find(')')), ", ")) {
    const absl::string_view name = absl::StripPrefix(absl::StripSuffix(quoted, "\""), "\"");
    if (std::find(kept.begin(), kept.end(), name) != kept.end()) continue;
    emptied.push_back(absl::StrCat(quoted, " = NULL"));
  }
  return absl::StrJoin(emptied, ", ");
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
  database_.execute(absl::StrCat("UPDATE call_event SET ", Emptied<CallEventRow>(kKeptOfEvent),
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
        absl::StrCat("UPDATE \"call\" SET ", Emptied<CallRow>(kKeptOfCall),
                     ", erase_time = coalesce(erase_time, ", time, ") WHERE id = ", call_id));
    if (erased == 0) return absl::NotFoundError(absl::StrCat("call ", call_id, " not found"));
    for (const char* table : {"transcript", "call_base", "call_folded_attempt"}) {
      database_.execute(absl::StrCat("DELETE FROM ", table, " WHERE call_id = ", call_id));
    }
    DropDetails(call_id, erase_time);
    DropDigest(database_, core::CallName(call_id));
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::EraseServiceRecord(std::int64_t id, absl::Time update_time) {
  return Run([&] {
    database_.execute(
        absl::StrCat("UPDATE service_record SET ", Emptied<ServiceRecordRow>(kKeptOfServiceRecord),
                     ", update_time = ", kind_.Literal(ToEntity(update_time)), " WHERE id = ", id));
    DropDigest(database_, core::ServiceRecordName(id));
    return absl::OkStatus();
  });
}

}  // namespace autopulse::callevents::persistence
