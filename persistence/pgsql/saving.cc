#include "persistence/pgsql/saving.h"

#include <cstddef>
#include <odb/pgsql/query.hxx>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "persistence/entities-odb-pgsql.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/event_mapping.h"
#include "persistence/pgsql/array.h"
#include "persistence/pgsql/rows.h"
#include "persistence/pgsql/select.h"
#include "persistence/pgsql/transaction.h"
#include "persistence/transcript_json.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

using Changes = core::RecordedChanges;

const PgsqlStatement& EraseTranscripts() {
  using Traits = odb::access::object_traits_impl<TranscriptRow, odb::id_pgsql>;
  static const auto& statement = *new PgsqlStatement{
      .name = "erase_transcripts",
      .text = absl::StrCat(Traits::erase_query_statement, " WHERE ",
                           ColumnName(odb::pgsql::query<TranscriptRow>::call_id),
                           " = ANY ($1::bigint[])"),
      .types = {}};
  return statement;
}

// The transcripts that events have brought, as their column has them, by the events' indices.
absl::StatusOr<std::vector<std::pair<std::size_t, std::string>>> ReportedTranscripts(
    const std::vector<core::NewEvent>& events) {
  std::vector<std::pair<std::size_t, std::string>> transcripts;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto* report = std::get_if<domain::EndOfCallReport>(&events[i].event->detail);
    if (report == nullptr || !report->has_transcript) continue;
    ASSIGN_OR_RETURN(std::string entries, TranscriptToJson(report->transcript));
    transcripts.emplace_back(i, std::move(entries));
  }
  return transcripts;
}

// So many sequences, which ascend: those that were drawn with the locks, as far as they go.
std::vector<std::int64_t> Sequences(std::size_t count, PgsqlTransaction& transaction) {
  std::vector<std::int64_t>& drawn = transaction.drawn_sequences();
  if (drawn.size() < count) {
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    const std::size_t index = DrawSequences(count - drawn.size(), pipeline);
    TakeSequences(pipeline.Finish()[index].get(), drawn);
  }
  const auto end = drawn.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<std::int64_t> sequences(drawn.begin(), end);
  drawn.erase(drawn.begin(), end);
  return sequences;
}

void InsertEvents(const Changes& changes, const std::vector<std::int64_t>& sequences,
                  PgsqlPipeline& pipeline) {
  PgsqlRows<CallBaseRow, PgsqlWrite::kInsert> bases(pipeline);
  for (const auto& [call_id, base] : changes.bases) bases.Add(ToEntity(call_id, *base));
  bases.Finish();
  PgsqlRows<CallEventRow, PgsqlWrite::kInsertWithIds> events(pipeline);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    CallEventRow row = ToEntity(changes.events[i]);
    row.id = sequences[i];
    events.Add(row);
  }
  events.Finish();
}

// Returns the indices of the results that count the calls.
std::vector<std::size_t> UpdateCalls(const Changes& changes, PgsqlPipeline& pipeline) {
  PgsqlRows<CallRow, PgsqlWrite::kUpdate> calls(pipeline);
  for (const Changes::ChangedCall& changed : changes.calls) calls.Add(ToEntity(*changed.call));
  std::vector<std::size_t> results = calls.Finish();
  PgsqlRows<ServiceRecordRow, PgsqlWrite::kUpdate> records(pipeline);
  for (const auto& change : changes.service_records) records.Add(ToEntity(change));
  records.Finish();
  return results;
}

void ReplaceTranscripts(const Changes& changes, PgsqlPipeline& pipeline) {
  if (changes.transcripts.empty()) return;
  std::vector<std::int64_t> call_ids;
  for (const auto& transcript : changes.transcripts) call_ids.push_back(transcript.call_id);
  pipeline.Run(EraseTranscripts(), {ToPgsqlArray(call_ids)});
  PgsqlRows<TranscriptRow, PgsqlWrite::kInsert> rows(pipeline);
  for (const auto& [call_id, entries] : changes.transcripts) {
    for (const domain::TranscriptEntry& entry : *entries) rows.Add(ToEntity(call_id, entry));
  }
  rows.Finish();
}

// NOT_FOUND if fewer calls were updated than there are.
absl::Status CheckUpdated(const Changes& changes, const std::vector<PgsqlPipeline::Result>& results,
                          const std::vector<std::size_t>& indices) {
  std::size_t updated = 0;
  for (const std::size_t i : indices) {
    std::size_t rows = 0;
    if (absl::SimpleAtoi(PQcmdTuples(results[i].get()), &rows)) updated += rows;
  }
  if (updated == changes.calls.size()) return absl::OkStatus();
  const std::string ids =
      absl::StrJoin(changes.calls, " or ", [](std::string* out, const Changes::ChangedCall& call) {
        absl::StrAppend(out, "call ", call.call->id);
      });
  return absl::NotFoundError(absl::StrCat(ids, " not found"));
}

}  // namespace

absl::StatusOr<std::vector<std::int64_t>> SaveToPgsql(const Changes& changes) {
  ASSIGN_OR_RETURN(const auto reported, ReportedTranscripts(changes.events));
  PgsqlTransaction& transaction = PgsqlTransaction::Current();
  const std::vector<std::int64_t> sequences = Sequences(changes.events.size(), transaction);
  PgsqlPipeline pipeline(transaction.connection());
  transaction.BeginWith(pipeline);
  InsertEvents(changes, sequences, pipeline);
  const std::vector<std::size_t> updates = UpdateCalls(changes, pipeline);
  ReplaceTranscripts(changes, pipeline);
  PgsqlRows<CallEventTranscriptRow, PgsqlWrite::kInsert> rows(pipeline);
  for (const auto& [event, entries] : reported) rows.Add({sequences[event], entries});
  rows.Finish();
  const auto results = changes.commits ? transaction.CommitWith(pipeline) : pipeline.Finish();
  RETURN_IF_ERROR(CheckUpdated(changes, results, updates));
  return sequences;
}

std::size_t DrawSequences(std::size_t count, PgsqlPipeline& pipeline) {
  static const auto& statement =
      *new PgsqlStatement{.name = "draw_sequences",
                          .text = absl::StrCat("SELECT nextval('", kJournalSequence,
                                               "') FROM generate_series(1, $1::integer)"),
                          .types = {}};
  return pipeline.Run(statement, {absl::StrCat(count)});
}

void TakeSequences(const PGresult* result, std::vector<std::int64_t>& sequences) {
  for (int i = 0; i < PQntuples(result); ++i) sequences.push_back(IntegerAt(result, i, 0));
}

}  // namespace autopulse::callevents::persistence
