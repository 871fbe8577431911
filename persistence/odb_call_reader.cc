#include "persistence/odb_call_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "persistence/call_query.h"
#include "persistence/call_views-odb.h"
#include "persistence/column_words.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/event_mapping.h"
#include "persistence/event_rows.h"
#include "persistence/transcript_json.h"

namespace autopulse::callevents::persistence {
namespace {

// Reads what `rows` yields, mapped.
template <typename Row>
auto ReadAll(odb::result<Row> rows) {
  std::vector<decltype(FromEntity(std::declval<const Row&>()))> values;
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    Row row;
    it.load(row);
    values.push_back(FromEntity(row));
  }
  return values;
}

// At most `limit` rows for which `condition` holds, by id.
template <typename Row>
auto ReadPage(odb::database& database, const odb::query_base& condition, const char* direction,
              int limit) {
  return ReadAll(database.query<Row>(
      condition + "ORDER BY" + odb::query<Row>::id + absl::StrCat(direction, " LIMIT ", limit),
      /*cache=*/false));
}

// What the events of a call have come to that are folded away, oldest first.
std::vector<domain::Attempt> FoldedAttempts(odb::database& database, std::int64_t call_id) {
  using Columns = odb::query<CallFoldedAttemptRow>;
  return ReadAll(database.query<CallFoldedAttemptRow>((Columns::call_id == call_id) + "ORDER BY" +
                                                      Columns::id));
}

}  // namespace

absl::StatusOr<domain::Call> OdbCallReader::GetCall(std::int64_t call_id) {
  return Run([&]() -> absl::StatusOr<domain::Call> {
    CallRow row;
    if (database_.find(call_id, row)) return FromEntity(row);
    return absl::NotFoundError(absl::StrCat("call ", call_id, " not found"));
  });
}

absl::StatusOr<std::vector<domain::Call>> OdbCallReader::GetCalls(
    const std::vector<std::int64_t>& call_ids) {
  return RunGroup([&]() -> absl::StatusOr<std::vector<domain::Call>> {
    return kind_.group().GetCalls(call_ids);
  });
}

absl::StatusOr<std::vector<domain::Call>> OdbCallReader::ListCalls(const core::CallQuery& query) {
  return Run([&] { return QueryCalls(kind_, query); });
}

absl::StatusOr<std::int64_t> OdbCallReader::CountCalls() {
  return Run(
      [&]() -> absl::StatusOr<std::int64_t> { return database_.query_value<CallCount>().count; });
}

absl::StatusOr<std::vector<std::optional<std::int64_t>>> OdbCallReader::FindCalls(
    const std::vector<std::string>& provider_call_ids) {
  return RunGroup([&]() -> absl::StatusOr<std::vector<std::optional<std::int64_t>>> {
    return kind_.group().FindCalls(provider_call_ids);
  });
}

absl::StatusOr<domain::ServiceRecord> OdbCallReader::GetServiceRecord(std::int64_t id) {
  return Run([&]() -> absl::StatusOr<domain::ServiceRecord> {
    ServiceRecordRow row;
    if (database_.find(id, row)) return FromEntity(row);
    return absl::NotFoundError(absl::StrCat("service record ", id, " not found"));
  });
}

absl::StatusOr<std::vector<domain::ServiceRecord>> OdbCallReader::ListServiceRecords(
    std::optional<std::int64_t> before_id, int limit) {
  return Run([&]() -> absl::StatusOr<std::vector<domain::ServiceRecord>> {
    odb::query_base condition(true);
    if (before_id) condition = odb::query<ServiceRecordRow>::id < *before_id;
    return ReadPage<ServiceRecordRow>(database_, condition, "DESC", limit);
  });
}

absl::StatusOr<std::optional<domain::RecordedEvent>> OdbCallReader::FindLastChange(
    std::int64_t call_id) {
  return Run([&]() -> absl::StatusOr<std::optional<domain::RecordedEvent>> {
    using Columns = odb::query<CallEventRow>;
    std::vector<domain::RecordedEvent> newest = ReadPage<CallEventRow>(
        database_,
        Columns::call_id == call_id && Columns::outcome != ToWord(domain::EventOutcome::kStale),
        "DESC", /*limit=*/1);
    if (newest.empty()) return std::nullopt;
    return std::move(newest.front());
  });
}

absl::StatusOr<std::vector<domain::RecordedEvent>> OdbCallReader::ListEvents(
    std::int64_t call_id, std::int64_t after_sequence, int limit) {
  return Run([&]() -> absl::StatusOr<std::vector<domain::RecordedEvent>> {
    using Columns = odb::query<CallEventRow>;
    return ReadPage<CallEventRow>(
        database_, Columns::call_id == call_id && Columns::id > after_sequence, "ASC", limit);
  });
}

absl::StatusOr<std::vector<domain::RecordedEvent>> OdbCallReader::ListAllEvents(
    std::int64_t after_sequence, int limit) {
  return RunGroup([&]() -> absl::StatusOr<std::vector<domain::RecordedEvent>> {
    return kind_.group().ListAllEvents(after_sequence, limit);
  });
}

absl::StatusOr<core::JournalMark> OdbCallReader::MarkJournal() {
  return RunGroup([&]() -> absl::StatusOr<core::JournalMark> {
    if (std::optional<core::JournalMark> mark = kind_.MarkJournal()) return *std::move(mark);
    return core::JournalMark{.sequence = database_.query_value<LargestEvent>().id.value_or(0),
                             .writers = {}};
  });
}

absl::StatusOr<std::vector<domain::RecordedEvent>> OdbCallReader::FindEvents(
    const std::vector<core::EventKey>& keys) {
  return Run([&]() -> absl::StatusOr<std::vector<domain::RecordedEvent>> {
    return kind_.group().FindEvents(keys);
  });
}

absl::StatusOr<std::vector<std::optional<domain::CallHistory>>> OdbCallReader::FindHistories(
    const std::vector<std::int64_t>& call_ids) {
  using Histories = std::vector<std::optional<domain::CallHistory>>;
  return Run([&]() -> absl::StatusOr<Histories> {
    Histories histories = kind_.group().FindHistories(call_ids);
    AddFoldedAttempts(call_ids, histories);
    return histories;
  });
}

void OdbCallReader::AddFoldedAttempts(const std::vector<std::int64_t>& call_ids,
                                      std::vector<std::optional<domain::CallHistory>>& histories) {
  for (std::size_t i = 0; i < call_ids.size(); ++i) {
    if (!histories[i] || !histories[i]->fold_horizon) continue;
    histories[i]->folded = FoldedAttempts(database_, call_ids[i]);
  }
}

absl::StatusOr<std::vector<domain::TranscriptEntry>> OdbCallReader::ReportedTranscript(
    std::int64_t call_id, const std::string& event_id) {
  using Entries = std::vector<domain::TranscriptEntry>;
  return Run([&]() -> absl::StatusOr<Entries> {
    const std::optional<CallEventRow> event = FindEventRow({call_id, event_id});
    CallEventTranscriptRow transcript;
    if (!event || !database_.find(event->id, transcript)) return Entries();
    return TranscriptFromJson(transcript.entries);
  });
}

absl::StatusOr<std::vector<core::StoredTranscriptEntry>> OdbCallReader::ListTranscript(
    std::int64_t call_id, std::int64_t after_id, int limit) {
  return Run([&]() -> absl::StatusOr<std::vector<core::StoredTranscriptEntry>> {
    using Columns = odb::query<TranscriptRow>;
    return ReadPage<TranscriptRow>(database_, Columns::call_id == call_id && Columns::id > after_id,
                                   "ASC", limit);
  });
}

absl::StatusOr<std::vector<std::int64_t>> OdbCallReader::FindExpired(absl::Time before,
                                                                     std::int64_t after_id,
                                                                     int limit) {
  return Run([&]() -> absl::StatusOr<std::vector<std::int64_t>> {
    using Columns = odb::query<CallRow>;
    const Timestamp time = ToEntity(before);
    const auto is_old = [&](const auto& column) { return column.is_null() || column < time; };
    const auto is_known = [](const auto& column) { return column.is_not_null(); };
    const auto query = Columns::erase_time.is_null() && Columns::id > after_id &&
                       is_old(Columns::create_time) && is_old(Columns::update_time) &&
                       is_old(Columns::state.start_time) && is_old(Columns::state.end_time) &&
                       (is_known(Columns::create_time) || is_known(Columns::update_time) ||
                        is_known(Columns::state.start_time) || is_known(Columns::state.end_time));
    std::vector<std::int64_t> ids;
    for (const domain::Call& call : ReadPage<CallRow>(database_, query, "ASC", limit)) {
      ids.push_back(call.id);
    }
    return ids;
  });
}

absl::StatusOr<std::int64_t> OdbCallReader::FindProgress(const std::string& task) {
  return Run([&]() -> absl::StatusOr<std::int64_t> {
    HousekeepingRow row;
    return database_.find(task, row) ? row.sequence : 0;
  });
}

absl::StatusOr<std::optional<core::CreationRequest>> OdbCallReader::FindCreation(
    const std::string& request_id) {
  return Run([&]() -> absl::StatusOr<std::optional<core::CreationRequest>> {
    CreationRequestRow row;
    if (!database_.find(request_id, row)) return std::nullopt;
    return FromEntity(row);
  });
}

}  // namespace autopulse::callevents::persistence
