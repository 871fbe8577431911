#include "persistence/pgsql_group.h"

#include <map>
#include <odb/pgsql/connection.hxx>
#include <odb/pgsql/query.hxx>
#include <odb/pgsql/transaction.hxx>
#include <odb/prepared-query.hxx>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "persistence/call_views-odb-pgsql.h"
#include "persistence/call_views-odb.h"
#include "persistence/entities-odb-pgsql.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/event_mapping.h"
#include "persistence/pgsql_array.h"
#include "persistence/pgsql_pipeline.h"
#include "persistence/transcript_json.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

odb::pgsql::connection& CurrentConnection() {
  return odb::pgsql::transaction::current().connection();
}

// What the statements take: arrays, as PostgreSQL writes them.
struct Arrays {
  std::string ids;
  std::string texts;
};

template <typename Row>
using Query = odb::pgsql::query<Row>;

// Reads what the query `name` yields with these arrays. It is prepared once for each connection, as
// `make(bound)` says, which refers to the members of `bound` with `_ref`.
template <typename Row, typename Make>
std::vector<Row> ReadAll(const char* name, Arrays arrays, const Make& make) {
  odb::pgsql::connection& connection = CurrentConnection();
  Arrays* bound = nullptr;
  odb::prepared_query<Row> query(connection.lookup_query<Row>(name, bound));
  if (!query) {
    auto owned = std::make_unique<Arrays>();
    bound = owned.get();
    query = connection.prepare_query<Row>(name, Query<Row>(make(*bound)));
    connection.cache_query(query, std::move(owned));
  }
  *bound = std::move(arrays);
  std::vector<Row> rows;
  odb::result<Row> result = query.execute(/*cache=*/false);
  for (auto it = result.begin(); it != result.end(); ++it) {
    it.load(rows.emplace_back());
  }
  return rows;
}

// `column = ANY (ids)`
template <typename Row, typename Column>
Query<Row> IsAnyOf(const Column& column, const Arrays& bound) {
  return Query<Row>(column + "= ANY (" + Query<Row>::_ref(bound.ids) + "::bigint[])");
}

class PgsqlGroupAccess : public GroupAccess {
 public:
  core::LockedCalls LockCalls(const core::CallsToLock& wanted) override {
    // The lock is held until the end of the transaction, by all that may be given a sequence: see
    // MarkJournal. Plans are kept as long as a connection; one that was made while the tables were
    // empty would read all of them for ever after.
    CurrentConnection().execute(
        absl::StrCat("SET LOCAL enable_seqscan = off; SELECT pg_advisory_xact_lock_shared(",
                     kJournalLock, "::bigint)"));
    core::LockedCalls locked;
    if (wanted.call_ids.empty()) return locked;
    const Arrays arrays{.ids = ToPgsqlArray(wanted.call_ids), .texts = ""};
    const auto rows = ReadAll<CallRow>("lock_calls", arrays, [](const Arrays& bound) {
      return IsAnyOf<CallRow>(Query<CallRow>::id, bound) + "ORDER BY" + Query<CallRow>::id +
             "FOR UPDATE";
    });
    // By another statement, which sees what was committed until the locks were had.
    const auto last = ReadAll<LastEventOfCall>("last_events", arrays, [](const Arrays& bound) {
      return IsAnyOf<LastEventOfCall>(Query<LastEventOfCall>::call_id, bound);
    });
    std::map<std::int64_t, std::int64_t> last_sequences;
    for (const LastEventOfCall& event : last) last_sequences[event.call_id] = event.id;
    locked.calls.reserve(rows.size());
    for (const CallRow& row : rows) {
      const auto sequence = last_sequences.find(row.id);
      locked.calls.push_back(
          {.call = FromEntity(row),
           .last_sequence = sequence != last_sequences.end() ? sequence->second : 0});
    }
    locked.known_events = FindEvents(wanted.event_keys);
    locked.histories = FindHistories(wanted.histories_of);
    return locked;
  }

  std::vector<domain::RecordedEvent> FindEvents(const std::vector<core::EventKey>& keys) override {
    if (keys.empty()) return {};
    std::vector<std::int64_t> call_ids;
    std::vector<std::string> event_ids;
    std::set<std::pair<std::int64_t, std::string>> wanted;
    for (const core::EventKey& key : keys) {
      call_ids.push_back(key.call_id);
      event_ids.push_back(key.event_id);
      wanted.emplace(key.call_id, key.event_id);
    }
    const Arrays arrays{.ids = ToPgsqlArray(call_ids), .texts = ToPgsqlArray(event_ids)};
    const auto rows = ReadAll<CallEventRow>("find_events", arrays, [](const Arrays& bound) {
      using Columns = Query<CallEventRow>;
      return IsAnyOf<CallEventRow>(Columns::call_id, bound) + "AND" + Columns::event_id +
             "= ANY (" + Columns::_ref(bound.texts) + "::text[])";
    });
    std::vector<domain::RecordedEvent> events;
    for (const CallEventRow& row : rows) {
      // Another call of the group may have an event of the same id.
      if (wanted.count({row.call_id, row.event_id}) > 0) events.push_back(FromEntity(row));
    }
    return events;
  }

  std::vector<std::optional<domain::CallHistory>> FindHistories(
      const std::vector<std::int64_t>& call_ids) override {
    std::vector<std::optional<domain::CallHistory>> histories(call_ids.size());
    if (call_ids.empty()) return histories;
    std::map<std::int64_t, std::size_t> places;
    for (std::size_t i = 0; i < call_ids.size(); ++i) places[call_ids[i]] = i;
    const Arrays arrays{.ids = ToPgsqlArray(call_ids), .texts = ""};
    const auto bases = ReadAll<CallBaseRow>("bases_of", arrays, [](const Arrays& bound) {
      return IsAnyOf<CallBaseRow>(Query<CallBaseRow>::call_id, bound);
    });
    for (const CallBaseRow& row : bases) {
      domain::CallHistory& history = histories[places.at(row.call_id)].emplace();
      history.base = FromEntity(row);
      history.fold_horizon = FromEntity(row.fold_horizon);
    }
    if (bases.empty()) return histories;
    const auto events = ReadAll<CallEventRow>("events_of", arrays, [](const Arrays& bound) {
      using Columns = Query<CallEventRow>;
      return IsAnyOf<CallEventRow>(Columns::call_id, bound) && Columns::kind != kNoticeKind &&
             Columns::forget_time.is_null();
    });
    for (const CallEventRow& row : events) {
      std::optional<domain::CallHistory>& history = histories[places.at(row.call_id)];
      if (history) history->events.push_back(FromEntity(row).event);
    }
    return histories;
  }

  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) override {
    PgsqlPipeline pipeline(CurrentConnection());
    Prepare(pipeline);
    for (const auto& [call_id, base] : changes.bases) pipeline.Persist(ToEntity(call_id, *base));
    std::vector<std::size_t> events;
    for (const core::NewEvent& event : changes.events) {
      events.push_back(pipeline.Persist(ToEntity(event)));
    }
    std::vector<std::size_t> calls;
    for (const auto& [call, stored] : changes.calls) {
      calls.push_back(pipeline.Update(ToEntity(*call)));
    }
    for (const auto& change : changes.service_records) pipeline.Update(ToEntity(change));
    for (const auto& transcript : changes.transcripts) ReplaceTranscript(transcript, pipeline);
    const PgsqlPipeline::Answers answers = pipeline.Finish();

    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (answers[calls[i]] == 1) continue;
      return absl::NotFoundError(absl::StrCat("call ", changes.calls[i].call->id, " not found"));
    }
    std::vector<std::int64_t> sequences;
    for (const std::size_t event : events) sequences.push_back(answers[event]);
    RETURN_IF_ERROR(KeepTranscripts(changes.events, sequences));
    return sequences;
  }

 private:
  static void Prepare(PgsqlPipeline& pipeline) {
    pipeline.PreparePersist<CallBaseRow>();
    pipeline.PreparePersist<CallEventRow>();
    pipeline.PrepareUpdate<CallRow>();
    pipeline.PrepareUpdate<ServiceRecordRow>();
    pipeline.PreparePersist<TranscriptRow>();
  }

  static void ReplaceTranscript(const core::RecordedChanges::Transcript& transcript,
                                PgsqlPipeline& pipeline) {
    using Traits = odb::access::object_traits_impl<TranscriptRow, odb::id_pgsql>;
    const auto& call_id = Query<TranscriptRow>::call_id;
    pipeline.Execute(absl::StrCat(Traits::erase_query_statement, " WHERE ", call_id.table(), ".",
                                  call_id.column(), " = $1"),
                     transcript.call_id);
    for (const domain::TranscriptEntry& entry : *transcript.entries) {
      pipeline.Persist(ToEntity(transcript.call_id, entry));
    }
  }

  // What the events have brought of transcripts, now that it is known which events they are.
  static absl::Status KeepTranscripts(const std::vector<core::NewEvent>& events,
                                      const std::vector<std::int64_t>& sequences) {
    PgsqlPipeline pipeline(CurrentConnection());
    bool prepared = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto* report = std::get_if<domain::EndOfCallReport>(&events[i].event->detail);
      if (report == nullptr || !report->has_transcript) continue;
      CallEventTranscriptRow row;
      row.call_event_id = sequences[i];
      ASSIGN_OR_RETURN(row.entries, TranscriptToJson(report->transcript));
      if (!prepared) pipeline.PreparePersist<CallEventTranscriptRow>();
      prepared = true;
      pipeline.Persist(row);
    }
    pipeline.Finish();
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<GroupAccess> MakePgsqlGroupAccess() { return std::make_unique<PgsqlGroupAccess>(); }

}  // namespace autopulse::callevents::persistence
