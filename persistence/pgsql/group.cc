#include "persistence/pgsql/group.h"

#include <cstddef>
#include <map>
#include <odb/pgsql/query.hxx>
#include <string>

#include "absl/strings/str_cat.h"
#include "persistence/entities-odb-pgsql.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/event_mapping.h"
#include "persistence/pgsql/array.h"
#include "persistence/pgsql/pipeline.h"
#include "persistence/pgsql/saving.h"
#include "persistence/pgsql/select.h"
#include "persistence/pgsql/transaction.h"

namespace autopulse::callevents::persistence {
namespace {

using Calls = odb::pgsql::query<CallRow>;
using Events = odb::pgsql::query<CallEventRow>;
using Bases = odb::pgsql::query<CallBaseRow>;

template <typename Column>
std::string IsAnyOfFirst(const Column& column) {
  return absl::StrCat(ColumnName(column), " = ANY ($1::bigint[])");
}

const PgsqlStatement& CallsOf() {
  static const auto& statement = *new PgsqlStatement(
      SelectRows<CallRow>("calls_of", absl::StrCat(" WHERE ", IsAnyOfFirst(Calls::id))));
  return statement;
}

const PgsqlStatement& EventsBehind() {
  static const auto& statement = *new PgsqlStatement(SelectRows<CallEventRow>(
      "events_behind", absl::StrCat(" WHERE ", ColumnName(Events::id), " > $1::bigint ORDER BY ",
                                    ColumnName(Events::id), " LIMIT $2::bigint")));
  return statement;
}

// Plans are kept as long as a connection, also one that was made while the tables were empty: so
// for the rest of a transaction there is one way only to do each statement, row by row along an
// index, whatever the arrays hold.
constexpr absl::string_view kOneWayOnly =
    "SELECT set_config('enable_seqscan', 'off', true), "
    "set_config('enable_hashjoin', 'off', true), "
    "set_config('enable_mergejoin', 'off', true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)";

const PgsqlStatement& OneWayOnly() {
  static const auto& statement =
      *new PgsqlStatement{.name = "one_way_only", .text = std::string(kOneWayOnly), .types = {}};
  return statement;
}

// The advisory lock is held until the end of the transaction, by all that may be given a sequence:
// see MarkJournal.
const PgsqlStatement& JournalLock() {
  static const auto& statement =
      *new PgsqlStatement{.name = "lock_journal",
                          .text = absl::StrCat(kOneWayOnly, ", pg_advisory_xact_lock_shared(",
                                               kJournalLock, "::bigint)"),
                          .types = {}};
  return statement;
}

const PgsqlStatement& CallsOfProviders() {
  const auto newest = [](const auto& id, const auto& provider_call_id) {
    return absl::StrCat("(SELECT max(", ColumnName(id), ") FROM ", id.table(), " WHERE ",
                        ColumnName(provider_call_id), " = wanted.provider_call_id)");
  };
  static const auto& statement = *new PgsqlStatement{
      .name = "calls_of_providers",
      .text = absl::StrCat("SELECT place, greatest(", newest(Calls::id, Calls::state.vapi_call_id),
                           ", ", newest(Events::call_id, Events::provider_call_id),
                           ") FROM unnest($1::text[]) WITH ORDINALITY AS "
                           "wanted (provider_call_id, place)"),
      .types = {}};
  return statement;
}

const PgsqlStatement& CallLocks() {
  static const auto& statement = *new PgsqlStatement(SelectRows<CallRow>(
      "lock_calls", absl::StrCat(" WHERE ", IsAnyOfFirst(Calls::id), " ORDER BY ",
                                 ColumnName(Calls::id), " FOR NO KEY UPDATE")));
  return statement;
}

const PgsqlStatement& LastEvents() {
  static const auto& statement = *new PgsqlStatement{
      .name = "last_events",
      .text = absl::StrCat("SELECT ", ColumnName(Events::call_id), ", max(", ColumnName(Events::id),
                           ") FROM ", Events::id.table(), " WHERE ", IsAnyOfFirst(Events::call_id),
                           " GROUP BY ", ColumnName(Events::call_id)),
      .types = {}};
  return statement;
}

const PgsqlStatement& KnownEvents() {
  static const auto& statement = *new PgsqlStatement(SelectRows<CallEventRow>(
      "known_events",
      absl::StrCat(", (SELECT unnest($1::bigint[]) AS call, unnest($2::text[]) AS event) AS wanted "
                   "WHERE ",
                   ColumnName(Events::call_id), " = wanted.call AND ", ColumnName(Events::event_id),
                   " = wanted.event")));
  return statement;
}

const PgsqlStatement& BasesOf() {
  static const auto& statement = *new PgsqlStatement(
      SelectRows<CallBaseRow>("bases_of", absl::StrCat(" WHERE ", IsAnyOfFirst(Bases::call_id))));
  return statement;
}

const PgsqlStatement& EventsOf() {
  static const auto& statement = *new PgsqlStatement(SelectRows<CallEventRow>(
      "events_of",
      absl::StrCat(" WHERE ", IsAnyOfFirst(Events::call_id), " AND ", ColumnName(Events::kind),
                   " <> '", kNoticeKind, "' AND ", ColumnName(Events::forget_time), " IS NULL")));
  return statement;
}

// Where the results of one question are in a pipeline.
using Indices = std::vector<std::size_t>;

Indices AskForEvents(const std::vector<core::EventKey>& keys, PgsqlPipeline& pipeline) {
  if (keys.empty()) return {};
  std::vector<std::int64_t> call_ids;
  std::vector<std::string> event_ids;
  for (const core::EventKey& key : keys) {
    call_ids.push_back(key.call_id);
    event_ids.push_back(key.event_id);
  }
  return {pipeline.Run(KnownEvents(), {ToPgsqlArray(call_ids), ToPgsqlArray(event_ids)})};
}

std::vector<domain::RecordedEvent> TakeEvents(const std::vector<PgsqlPipeline::Result>& results,
                                              const Indices& indices) {
  std::vector<domain::RecordedEvent> events;
  for (const std::size_t i : indices) {
    ForEachRow<CallEventRow>(results[i].get(),
                             [&](const CallEventRow& row) { events.push_back(FromEntity(row)); });
  }
  return events;
}

Indices AskForHistories(const std::vector<std::int64_t>& call_ids, PgsqlPipeline& pipeline) {
  if (call_ids.empty()) return {};
  const std::string ids = ToPgsqlArray(call_ids);
  return {pipeline.Run(BasesOf(), {ids}), pipeline.Run(EventsOf(), {ids})};
}

std::vector<std::optional<domain::CallHistory>> TakeHistories(
    const std::vector<PgsqlPipeline::Result>& results, const Indices& indices,
    const std::vector<std::int64_t>& call_ids) {
  std::vector<std::optional<domain::CallHistory>> histories(call_ids.size());
  if (call_ids.empty()) return histories;
  std::map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < call_ids.size(); ++i) places[call_ids[i]] = i;
  ForEachRow<CallBaseRow>(results[indices[0]].get(), [&](const CallBaseRow& row) {
    domain::CallHistory& history = histories[places.at(row.call_id)].emplace();
    history.base = FromEntity(row);
    history.fold_horizon = FromEntity(row.fold_horizon);
  });
  ForEachRow<CallEventRow>(results[indices[1]].get(), [&](const CallEventRow& row) {
    std::optional<domain::CallHistory>& history = histories[places.at(row.call_id)];
    if (history) history->events.push_back(FromEntity(row).event);
  });
  return histories;
}

std::vector<core::LockedCall> TakeCalls(PGresult* locked, const PGresult* last) {
  std::map<std::int64_t, std::int64_t> last_sequences;
  for (int i = 0; i < PQntuples(last); ++i) {
    last_sequences[IntegerAt(last, i, 0)] = IntegerAt(last, i, 1);
  }
  std::vector<core::LockedCall> calls;
  ForEachRow<CallRow>(locked, [&](const CallRow& row) {
    const auto sequence = last_sequences.find(row.id);
    calls.push_back({.call = FromEntity(row),
                     .last_sequence = sequence != last_sequences.end() ? sequence->second : 0});
  });
  return calls;
}

class PgsqlGroupAccess : public GroupAccess {
 public:
  std::vector<domain::Call> GetCalls(const std::vector<std::int64_t>& call_ids) override {
    std::vector<domain::Call> calls;
    if (call_ids.empty()) return calls;
    const PgsqlPipeline::Result rows = PgsqlTransaction::Current().Run(
        CallsOf(), std::vector<std::string>{ToPgsqlArray(call_ids)});
    ForEachRow<CallRow>(rows.get(), [&](const CallRow& row) { calls.push_back(FromEntity(row)); });
    return calls;
  }

  std::vector<std::optional<std::int64_t>> FindCalls(
      const std::vector<std::string>& provider_call_ids) override {
    PgsqlTransaction& transaction = PgsqlTransaction::Current();
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    pipeline.Run(OneWayOnly());
    const std::size_t calls = pipeline.Run(CallsOfProviders(), {ToPgsqlArray(provider_call_ids)});
    const std::vector<PgsqlPipeline::Result> results = pipeline.Finish();
    const PGresult* const rows = results[calls].get();
    std::vector<std::optional<std::int64_t>> found(provider_call_ids.size());
    for (int i = 0; i < PQntuples(rows); ++i) {
      if (PQgetisnull(rows, i, 1) != 0) continue;
      found[static_cast<std::size_t>(IntegerAt(rows, i, 0)) - 1] = IntegerAt(rows, i, 1);
    }
    return found;
  }

  std::vector<domain::RecordedEvent> ListAllEvents(std::int64_t after_sequence,
                                                   int limit) override {
    const PgsqlPipeline::Result rows = PgsqlTransaction::Current().Run(
        EventsBehind(),
        std::vector<std::string>{absl::StrCat(after_sequence), absl::StrCat(limit)});
    std::vector<domain::RecordedEvent> events;
    ForEachRow<CallEventRow>(rows.get(),
                             [&](const CallEventRow& row) { events.push_back(FromEntity(row)); });
    return events;
  }

  core::LockedCalls LockCalls(const core::CallsToLock& wanted) override {
    PgsqlTransaction& transaction = PgsqlTransaction::Current();
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    pipeline.Run(JournalLock());
    if (wanted.call_ids.empty()) {
      pipeline.Finish();
      return {};
    }
    const std::string ids = ToPgsqlArray(wanted.call_ids);
    const std::size_t locks = pipeline.Run(CallLocks(), {ids});
    // By other statements, which see what was committed until the locks were had.
    const std::size_t last = pipeline.Run(LastEvents(), {ids});
    const Indices events = AskForEvents(wanted.event_keys, pipeline);
    const Indices histories = AskForHistories(wanted.histories_of, pipeline);
    // Behind the locks, so that a later event of a call never has a smaller one.
    const std::size_t sequences = DrawSequences(wanted.new_events, pipeline);
    const std::vector<PgsqlPipeline::Result> results = pipeline.Finish();
    TakeSequences(results[sequences].get(), transaction.drawn_sequences());
    return {.calls = TakeCalls(results[locks].get(), results[last].get()),
            .known_events = TakeEvents(results, events),
            .histories = TakeHistories(results, histories, wanted.histories_of)};
  }

  std::vector<domain::RecordedEvent> FindEvents(const std::vector<core::EventKey>& keys) override {
    if (keys.empty()) return {};
    PgsqlTransaction& transaction = PgsqlTransaction::Current();
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    const Indices events = AskForEvents(keys, pipeline);
    return TakeEvents(pipeline.Finish(), events);
  }

  std::vector<std::optional<domain::CallHistory>> FindHistories(
      const std::vector<std::int64_t>& call_ids) override {
    PgsqlTransaction& transaction = PgsqlTransaction::Current();
    PgsqlPipeline pipeline(transaction.connection());
    transaction.BeginWith(pipeline);
    const Indices histories = AskForHistories(call_ids, pipeline);
    return TakeHistories(pipeline.Finish(), histories, call_ids);
  }

  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) override {
    return SaveToPgsql(changes);
  }
};

}  // namespace

std::unique_ptr<GroupAccess> MakePgsqlGroupAccess() { return std::make_unique<PgsqlGroupAccess>(); }

}  // namespace autopulse::callevents::persistence
