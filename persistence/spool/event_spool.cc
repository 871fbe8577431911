#include "persistence/spool/event_spool.h"

#include <filesystem>
#include <odb/database.hxx>
#include <odb/exceptions.hxx>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "persistence/spool/row_mapping.h"
#include "persistence/spool/rows-odb.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::spool {
namespace {

using LaneQuery = odb::query<LaneHead>;

// Of the reserve, what dead letters leave free: they give way to events, which are promised.
constexpr std::uintmax_t kDeadLetterReserves = 4;

// The lane of a call; made if there is none.
std::int64_t LaneOf(odb::database& database, const NewEvent& event) {
  LaneHead head;
  if (database.query_one<LaneHead>(LaneQuery::call == event.call, head)) return head.id;
  LaneRow lane;
  lane.call = event.call;
  lane.due_time = ToMicros(event.due);
  database.persist(lane);
  return lane.id;
}

void SetDue(odb::database& database, std::int64_t lane_id, absl::Time due) {
  LaneRow lane;  // the call is readonly and not written
  lane.id = lane_id;
  lane.due_time = ToMicros(due);
  database.update(lane);
}

void UpdateEvent(odb::database& database, const Settlement& settlement, std::int64_t lane_id) {
  PendingEventRow row;  // what is readonly is not written
  row.id = settlement.event;
  row.lane_id = lane_id;
  row.failures = ToColumns(settlement.failures);
  database.update(row);
}

void Bury(odb::database& database, const Settlement& settlement, absl::Time now) {
  PendingEventRow pending;
  database.load(settlement.event, pending);
  DeadLetterRow letter;
  letter.reason = settlement.reason;
  letter.call = pending.call;
  letter.form = kPendingForm;
  letter.receive_time = pending.receive_time;
  letter.create_time = ToMicros(now);
  letter.failures = ToColumns(settlement.failures);
  letter.payload = std::move(pending.payload);
  database.persist(letter);
  database.erase<PendingEventRow>(settlement.event);
}

void StandAside(odb::database& database, const Settlement& settlement, absl::Time now) {
  UpdateEvent(database, settlement, settlement.lane);  // throws before there is a lane for nothing
  LaneRow lane;
  lane.due_time = ToMicros(settlement.due);
  database.persist(lane);
  UpdateEvent(database, settlement, lane.id);
  SetDue(database, settlement.lane, now);
}

void Apply(odb::database& database, const Settlement& settlement, absl::Time now) {
  switch (settlement.kind) {
    case Settlement::Kind::kDelivered:
      return database.erase<PendingEventRow>(settlement.event);
    case Settlement::Kind::kRetry:
      UpdateEvent(database, settlement, settlement.lane);
      return SetDue(database, settlement.lane, settlement.due);
    case Settlement::Kind::kStandAside:
      return StandAside(database, settlement, now);
    case Settlement::Kind::kBury:
      return Bury(database, settlement, now);
  }
}

// False if the event is gone: another process that uses the file was quicker.
bool SettleOne(odb::database& database, const Settlement& settlement, absl::Time now) {
  try {
    Apply(database, settlement, now);
    return true;
  } catch (const odb::object_not_persistent&) {
    return false;
  }
}

// Zero for a file that is not there.
std::uintmax_t SizeOf(const std::string& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

void RemoveEmptyLanes(odb::database& database, const std::set<std::int64_t>& lanes) {
  if (lanes.empty()) return;
  database.execute(absl::StrCat(
      "DELETE FROM \"lane\" WHERE \"id\" IN (", absl::StrJoin(lanes, ","),
      ") AND NOT EXISTS (SELECT 1 FROM \"pending_event\" WHERE \"lane_id\" = \"lane\".\"id\")"));
}

}  // namespace

EventSpool::EventSpool(std::optional<FileLock> lock, std::unique_ptr<SpoolDatabase> database,
                       std::string path, const Options& options)
    : lock_(std::move(lock)),
      path_(std::move(path)),
      options_(options),
      database_(std::move(database)),
      room_(*database_, path_, options.reserve_bytes),
      dead_letters_(*database_,
                    DiskReserve(*database_, path_, kDeadLetterReserves * options.reserve_bytes)) {}

absl::StatusOr<std::unique_ptr<EventSpool>> EventSpool::Open(const std::string& path,
                                                             absl::Time now,
                                                             const Options& options) {
  RETURN_IF_ERROR(SpoolDatabase::CheckPath(path));
  std::optional<FileLock> lock;
  if (options.sends) {
    ASSIGN_OR_RETURN(lock, FileLock::Take(path));
  }
  ASSIGN_OR_RETURN(auto database, SpoolDatabase::Open(path, options.busy_timeout));
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (options.sends && !error && size <= options.verify_bytes) {
    RETURN_IF_ERROR(database->Verify());
  }
  std::unique_ptr<EventSpool> spool(
      new EventSpool(std::move(lock), std::move(database), path, options));
  RETURN_IF_ERROR(spool->Begin(now));
  return spool;
}

absl::Status EventSpool::Begin(absl::Time now) {
  return database_->Write([&](odb::database& database) {
    if (options_.sends) {
      // A clock that was set back must not hold events up until it has caught up.
      database.execute(absl::StrCat("UPDATE \"lane\" SET \"due_time\" = ", ToMicros(now),
                                    " WHERE \"due_time\" > ", ToMicros(now)));
    }
    pending_.SetCount(database.query_value<PendingCount>().count);
    for (const LaneCall& lane :
         database.query<LaneCall>((odb::query<LaneCall>::call != "") +
                                  absl::StrCat("LIMIT ", PendingCalls::kMostCalls + 1))) {
      pending_.AddCall(lane.call);
    }
    return absl::OkStatus();
  });
}

absl::Status EventSpool::Append(const NewEvent& event) {
  RETURN_IF_ERROR(room_.CheckRoom(event.payload.size()));
  RETURN_IF_ERROR(database_->CheckInPlace());  // a file that nobody sees would grow
  pending_.Add(event.call);
  absl::Status written = database_->Write([&](odb::database& database) {
    PendingEventRow row;
    row.lane_id = LaneOf(database, event);
    row.call = event.call;
    row.receive_time = ToMicros(event.receive_time);
    row.failures = ToColumns(event.failures);
    row.payload = ToBlob(event.payload);
    database.persist(row);
    return absl::OkStatus();
  });
  if (!written.ok()) {
    pending_.Remove(1);
    return written;
  }
  // Where it is gone from, it is still sent; but nobody may count on it.
  return database_->CheckInPlace();
}

absl::StatusOr<bool> EventSpool::HasWaiting(absl::string_view call) {
  if (!MayHaveWaiting(call)) return false;
  bool found = false;
  RETURN_IF_ERROR(database_->Read([&](odb::database& database) {
    LaneHead head;
    found = database.query_one<LaneHead>(LaneQuery::call == std::string(call), head);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<PendingEvent>> EventSpool::ReadAll(std::int64_t after_id,
                                                              const PageLimits& limits) {
  using Query = odb::query<DueEvent>;
  std::vector<PendingEvent> page;
  RETURN_IF_ERROR(database_->Read([&](odb::database& database) {
    std::size_t bytes = 0;
    for (const DueEvent& row : database.query<DueEvent>((Query::PendingEventRow::id > after_id) +
                                                        "ORDER BY" + Query::PendingEventRow::id +
                                                        absl::StrCat("LIMIT ", limits.events))) {
      bytes += row.payload.size();
      if (bytes > limits.bytes && !page.empty()) break;
      page.push_back(FromRow(row));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::Status EventSpool::EraseTraces() { return database_->EmptyLog(); }

absl::StatusOr<SpoolUsage> EventSpool::ReadUsage() {
  SpoolUsage usage;
  RETURN_IF_ERROR(database_->Read([&](odb::database& database) {
    PendingReceipt oldest;
    const odb::query<PendingReceipt> first("ORDER BY" + odb::query<PendingReceipt>::id + "LIMIT 1");
    if (database.query_one<PendingReceipt>(first, oldest)) {
      usage.oldest_receive_time = FromMicros(oldest.receive_time);
    }
    usage.pending = database.query_value<PendingCount>().count;
    usage.dead_letters = database.query_value<DeadLetterCount>().count;
    usage.unused_bytes = static_cast<std::uintmax_t>(database.query_value<FreeBytes>().bytes);
    return absl::OkStatus();
  }));
  usage.file_bytes = SizeOf(path_);
  usage.log_bytes = SizeOf(path_ + "-wal");
  return usage;
}

absl::StatusOr<std::vector<PendingEvent>> EventSpool::ReadDue(absl::Time now,
                                                              const PageLimits& limits) {
  using Query = odb::query<DueEvent>;
  std::vector<PendingEvent> page;
  RETURN_IF_ERROR(database_->Read([&](odb::database& database) {
    std::size_t bytes = 0;
    Query query = Query::LaneRow::due_time <= ToMicros(now);
    if (limits.share.count > 1) {
      query = query + "AND" + Query::LaneRow::id +
              absl::StrCat("% ", limits.share.count, " = ", limits.share.index);
    }
    query = query + "ORDER BY" + Query::LaneRow::due_time + "," + Query::LaneRow::id + "," +
            Query::PendingEventRow::id + absl::StrCat("LIMIT ", limits.events);
    for (const DueEvent& row : database.query<DueEvent>(query)) {
      PendingEvent event = FromRow(row);
      const bool same_lane = !page.empty() && page.back().lane == event.lane;
      if (same_lane && page.back().failures.attempts > 0) continue;
      bytes += event.payload.size();
      if (bytes > limits.bytes && !page.empty()) break;
      page.push_back(std::move(event));
    }
    return absl::OkStatus();
  }));
  return page;
}

absl::StatusOr<bool> EventSpool::Shrink() {
  constexpr std::int64_t kKeepBytes = std::int64_t{16} << 20;
  constexpr std::int64_t kStepBytes = std::int64_t{4} << 20;
  return database_->Shrink(kKeepBytes, kStepBytes);
}

absl::Status EventSpool::Settle(const std::vector<Settlement>& settlements, absl::Time now) {
  std::int64_t removed = 0;
  RETURN_IF_ERROR(database_->Write([&](odb::database& database) {
    std::set<std::int64_t> lanes;
    for (const Settlement& settlement : settlements) {
      if (!SettleOne(database, settlement, now)) continue;
      lanes.insert(settlement.lane);
      removed += settlement.kind == Settlement::Kind::kDelivered ||
                 settlement.kind == Settlement::Kind::kBury;
    }
    RemoveEmptyLanes(database, lanes);
    return absl::OkStatus();
  }));
  pending_.Remove(removed);
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::persistence::spool
