#include "persistence/sqlite/group.h"

#include <algorithm>
#include <odb/exceptions.hxx>
#include <odb/sqlite/connection.hxx>
#include <odb/sqlite/transaction.hxx>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "persistence/call_views-odb.h"
#include "persistence/entities-odb-sqlite.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/event_mapping.h"
#include "persistence/event_rows.h"
#include "persistence/prepared_query.h"
#include "persistence/sqlite/row_insert.h"
#include "persistence/sqlite/row_update.h"
#include "persistence/transcript_json.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

// The largest id that a view finds with a query that is kept under `name`; nothing without a row.
template <typename Largest, typename Parameter, typename Make>
std::optional<std::int64_t> LargestOf(const char* name, Parameter parameter, const Make& make) {
  auto query = PreparedQuery<Largest>(name, std::move(parameter), make);
  Largest largest;
  query.execute_one(largest);
  return largest.id;
}

// The sequence of a call's newest event; zero if it has none.
std::int64_t LastSequenceOf(std::int64_t call_id) {
  using Columns = odb::query<LargestEvent>;
  return LargestOf<LargestEvent>(
             "last_sequence_of", call_id,
             [](const std::int64_t& bound) { return Columns::call_id == Columns::_ref(bound); })
      .value_or(0);
}

// The newest call whose row shows this id of a provider's.
std::optional<std::int64_t> NewestCallOf(const std::string& provider_call_id) {
  using Columns = odb::query<LargestCall>;
  return LargestOf<LargestCall>("newest_call_of", provider_call_id, [](const std::string& bound) {
    return Columns::state.vapi_call_id == Columns::_ref(bound);
  });
}

// The newest one that has events of it.
std::optional<std::int64_t> NewestCallByEventsOf(const std::string& provider_call_id) {
  using Columns = odb::query<LargestCallOfEvents>;
  return LargestOf<LargestCallOfEvents>(
      "newest_call_by_events_of", provider_call_id,
      [](const std::string& bound) { return Columns::provider_call_id == Columns::_ref(bound); });
}

bool IsCall(std::int64_t id) {
  using Columns = odb::query<LargestCall>;
  return LargestOf<LargestCall>(
             "is_call", id,
             [](const std::int64_t& bound) { return Columns::id == Columns::_ref(bound); })
      .has_value();
}

// Whether lines of a transcript of this call are stored.
bool HasTranscript(std::int64_t call_id) {
  using Columns = odb::query<LargestTranscript>;
  return LargestOf<LargestTranscript>(
             "largest_transcript_of", call_id,
             [](const std::int64_t& bound) { return Columns::call_id == Columns::_ref(bound); })
      .has_value();
}

// The events of a call that its state follows from [V2], but for those that are forgotten.
std::vector<domain::CallEvent> FoldedEvents(std::int64_t call_id) {
  using Columns = odb::query<CallEventRow>;
  auto query = PreparedQuery<CallEventRow>("fold_events", call_id, [](const std::int64_t& bound) {
    return Columns::call_id == Columns::_ref(bound) && Columns::kind != kNoticeKind &&
           Columns::forget_time.is_null();
  });
  std::vector<domain::CallEvent> events;
  odb::result<CallEventRow> rows = query.execute(/*cache=*/false);
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    CallEventRow row;
    it.load(row);
    events.push_back(FromEntity(row).event);
  }
  return events;
}

// What is done with statements of our own, which a connection keeps.
struct OwnStatements {
  explicit OwnStatements(odb::sqlite::connection& of)
      : connection(of), insert_events(of), update_calls(of), insert_transcripts(of) {}

  odb::sqlite::connection& connection;
  SqliteRowInsert<CallEventRow> insert_events;
  SqliteRowUpdate<CallRow> update_calls;
  SqliteRowInsert<TranscriptRow> insert_transcripts;
};

class SqliteGroupAccess : public GroupAccess {
 public:
  explicit SqliteGroupAccess(odb::database& database) : database_(database) {}

  std::vector<domain::Call> GetCalls(const std::vector<std::int64_t>& call_ids) override {
    std::vector<domain::Call> calls;
    for (const std::int64_t call_id : call_ids) {
      CallRow row;
      if (database_.find(call_id, row)) calls.push_back(FromEntity(row));
    }
    return calls;
  }

  std::vector<std::optional<std::int64_t>> FindCalls(
      const std::vector<std::string>& provider_call_ids) override {
    std::vector<std::optional<std::int64_t>> found;
    for (const std::string& id : provider_call_ids) {
      found.push_back(std::max(NewestCallOf(id), NewestCallByEventsOf(id)));
    }
    return found;
  }

  std::vector<domain::RecordedEvent> ListAllEvents(std::int64_t after_sequence,
                                                   int limit) override {
    using Columns = odb::query<CallEventRow>;
    odb::result<CallEventRow> rows = database_.query<CallEventRow>(
        (Columns::id > after_sequence) + "ORDER BY" + Columns::id + absl::StrCat("LIMIT ", limit),
        /*cache=*/false);
    std::vector<domain::RecordedEvent> events;
    CallEventRow row;
    for (auto it = rows.begin(); it != rows.end(); ++it) {
      it.load(row);
      events.push_back(FromEntity(row));
    }
    return events;
  }

  core::LockedCalls LockCalls(const core::CallsToLock& wanted) override {
    core::LockedCalls locked;  // one transaction at a time writes anyway
    std::set<std::int64_t> without_events;
    for (const std::int64_t call_id : wanted.call_ids) {
      CallRow row;
      if (!database_.find(call_id, row)) continue;
      const std::int64_t last_sequence = LastSequenceOf(call_id);
      locked.calls.push_back({.call = FromEntity(row), .last_sequence = last_sequence});
      if (last_sequence == 0) without_events.insert(call_id);
    }
    std::vector<core::EventKey> keys;
    for (const core::EventKey& key : wanted.event_keys) {
      if (without_events.count(key.call_id) == 0) keys.push_back(key);
    }
    locked.known_events = FindEvents(keys);
    locked.histories = FindHistories(wanted.histories_of);
    return locked;
  }

  std::vector<domain::RecordedEvent> FindEvents(const std::vector<core::EventKey>& keys) override {
    std::vector<domain::RecordedEvent> found;
    for (const core::EventKey& key : keys) {
      const std::optional<CallEventRow> row = FindEventRow(key);
      if (row) found.push_back(FromEntity(*row));
    }
    return found;
  }

  std::vector<std::optional<domain::CallHistory>> FindHistories(
      const std::vector<std::int64_t>& call_ids) override {
    std::vector<std::optional<domain::CallHistory>> histories(call_ids.size());
    for (std::size_t i = 0; i < call_ids.size(); ++i) {
      CallBaseRow base;
      if (!database_.find(call_ids[i], base)) continue;
      histories[i].emplace() = {.base = FromEntity(base), .events = FoldedEvents(call_ids[i])};
      histories[i]->fold_horizon = FromEntity(base.fold_horizon);
    }
    return histories;
  }

  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) override {
    RETURN_IF_ERROR(CheckCalls(changes));
    for (const auto& [call_id, base] : changes.bases) database_.persist(ToEntity(call_id, *base));
    const std::vector<std::int64_t> sequences = InsertEvents(changes.events);
    for (std::size_t i = 0; i < sequences.size(); ++i) {
      RETURN_IF_ERROR(InsertReportedTranscript(sequences[i], *changes.events[i].event));
    }
    for (const auto& change : changes.calls) RETURN_IF_ERROR(UpdateCall(change));
    for (const auto& change : changes.service_records) UpdateServiceRecord(change);
    for (const auto& transcript : changes.transcripts) ReplaceTranscript(transcript);
    return sequences;
  }

 private:
  // SQLite does not mind foreign keys here, see SqliteDatabase. A call that is gone is missed when
  // its row is updated; here are those that are not.
  static absl::Status CheckCalls(const core::RecordedChanges& changes) {
    std::set<std::int64_t> known;
    for (const auto& change : changes.calls) known.insert(known.end(), change.call->id);
    for (const core::NewEvent& event : changes.events) {
      if (!known.insert(event.call_id).second || IsCall(event.call_id)) continue;
      return absl::FailedPreconditionError(absl::StrCat("there is no call ", event.call_id));
    }
    return absl::OkStatus();
  }

  std::vector<std::int64_t> InsertEvents(const std::vector<core::NewEvent>& events) {
    std::vector<CallEventRow> rows;
    rows.reserve(events.size());
    for (const core::NewEvent& event : events) rows.push_back(ToEntity(event));
    return Own().insert_events.Insert(rows);
  }

  absl::Status InsertReportedTranscript(std::int64_t sequence, const domain::CallEvent& event) {
    const auto* report = std::get_if<domain::EndOfCallReport>(&event.detail);
    if (report == nullptr || !report->has_transcript) return absl::OkStatus();
    CallEventTranscriptRow transcript;
    transcript.call_event_id = sequence;
    ASSIGN_OR_RETURN(transcript.entries, TranscriptToJson(report->transcript));
    database_.persist(transcript);
    return absl::OkStatus();
  }

  absl::Status UpdateCall(const core::RecordedChanges::ChangedCall& change) {
    CallRow row = ToEntity(*change.call);  // the columns that events do not write are readonly
    bool is_there = true;
    if (change.stored != nullptr) {
      CallRow stored;
      stored.id = row.id;
      stored.state = ToEntity(*change.stored);
      is_there = Own().update_calls.Update(stored, row);
    } else {
      try {
        database_.update(row);
      } catch (const odb::object_not_persistent&) {
        is_there = false;
      }
    }
    if (is_there) return absl::OkStatus();
    return absl::NotFoundError(absl::StrCat("call ", row.id, " not found"));
  }

  void UpdateServiceRecord(const core::RecordedChanges::ServiceRecordStatus& change) {
    try {
      ServiceRecordRow row = ToEntity(change);
      database_.update(row);
    } catch (const odb::object_not_persistent&) {
      // Deleted by another program: nothing to write to.
    }
  }

  void ReplaceTranscript(const core::RecordedChanges::Transcript& transcript) {
    // Looked for with a statement that is prepared; one that deletes is not.
    if (HasTranscript(transcript.call_id)) {
      database_.erase_query<TranscriptRow>(odb::query<TranscriptRow>::call_id ==
                                           transcript.call_id);
    }
    std::vector<TranscriptRow> rows;
    rows.reserve(transcript.entries->size());
    for (const domain::TranscriptEntry& entry : *transcript.entries) {
      rows.push_back(ToEntity(transcript.call_id, entry));
    }
    Own().insert_transcripts.Insert(rows);
  }

  // That of the current transaction's connection, which is the writer's.
  OwnStatements& Own() {
    odb::sqlite::connection& connection = odb::sqlite::transaction::current().connection();
    if (!own_ || &own_->connection != &connection) own_.emplace(connection);
    return *own_;
  }

  odb::database& database_;
  std::optional<OwnStatements> own_;
};

}  // namespace

std::unique_ptr<GroupAccess> MakeSqliteGroupAccess(odb::database& database) {
  return std::make_unique<SqliteGroupAccess>(database);
}

}  // namespace autopulse::callevents::persistence
