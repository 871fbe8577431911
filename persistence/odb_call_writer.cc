#include "persistence/odb_call_writer.h"

#include <odb/exceptions.hxx>

#include "absl/strings/str_cat.h"
#include "persistence/call_views-odb.h"
#include "persistence/entities-odb.h"
#include "persistence/entity_mapping.h"
#include "persistence/odb_errors.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

// The id behind the largest of a table, as `Largest` has it, of those that are counted.
template <typename Largest>
std::int64_t NextId(odb::database& database) {
  return database.query_value<Largest>(odb::query<Largest>::id <= base::kLargestCountedId)
             .id.value_or(0) +
         1;
}

}  // namespace

absl::Status OdbCallWriter::Isolated(const std::function<absl::Status()>& work) {
  RETURN_IF_ERROR(Run([&] {
    database_.execute("SAVEPOINT isolated");
    return absl::OkStatus();
  }));
  absl::Status status = work();
  if (!status.ok()) {
    const absl::Status undone = UndoIsolated();
    return undone.ok() ? status : undone;
  }
  return Run([&] {
    database_.execute("RELEASE SAVEPOINT isolated");
    return absl::OkStatus();
  });
}

absl::Status OdbCallWriter::UndoIsolated() {
  absl::Status undone = Run([&] {
    database_.execute("ROLLBACK TO SAVEPOINT isolated");
    database_.execute("RELEASE SAVEPOINT isolated");
    return absl::OkStatus();
  });
  // What cannot be undone must not be committed.
  if (!undone.ok() && transaction_status_.ok()) transaction_status_ = undone;
  return transaction_status_;
}

absl::StatusOr<core::LockedCalls> OdbCallWriter::LockCalls(const core::CallsToLock& wanted) {
  return RunGroup([&]() -> absl::StatusOr<core::LockedCalls> {
    core::LockedCalls locked = kind_.group().LockCalls(wanted);
    AddFoldedAttempts(wanted.histories_of, locked.histories);
    return locked;
  });
}

absl::StatusOr<std::optional<std::int64_t>> OdbCallWriter::DataVersion() {
  return RunGroup(
      [&]() -> absl::StatusOr<std::optional<std::int64_t>> { return kind_.DataVersion(); });
}

absl::Status OdbCallWriter::LockProviderCalls(const std::vector<std::string>& provider_call_ids) {
  return RunGroup([&] {
    kind_.LockProviderCalls(provider_call_ids);
    return absl::OkStatus();
  });
}

template <typename Largest, typename Row>
absl::StatusOr<std::int64_t> OdbCallWriter::Insert(Row& row, const std::string& table) {
  const bool chosen = row.id != 0;
  if (!chosen) {
    const std::optional<std::int64_t> picked = kind_.PickId(table);
    row.id = picked ? *picked : NextId<Largest>(database_);
    if (row.id > base::kLargestCountedId) {
      return absl::FailedPreconditionError(absl::StrCat(
          "all ids that are given by themselves are taken; choose one for the ", table));
    }
  }
  try {
    database_.persist(row);
  } catch (const odb::object_already_persistent&) {
    if (chosen)
      return absl::AlreadyExistsError(absl::StrCat(table, " ", row.id, " already exists"));
    // Another program has chosen it freely: the next try picks another.
    transaction_status_ = absl::AbortedError(absl::StrCat("the next id of ", table, " is taken"));
    return transaction_status_;
  }
  if (chosen && row.id <= base::kLargestCountedId) kind_.SkipId(table, row.id);
  return row.id;
}

absl::StatusOr<std::int64_t> OdbCallWriter::InsertServiceRecord(
    const domain::ServiceRecord& record) {
  return Run([&]() -> absl::StatusOr<std::int64_t> {
    ServiceRecordRow row = ToEntity(record);
    return Insert<LargestServiceRecord>(row, "service_record");
  });
}

absl::StatusOr<std::int64_t> OdbCallWriter::InsertCall(const domain::Call& call) {
  return Run([&]() -> absl::StatusOr<std::int64_t> {
    if (call.service_record_id) {
      // SQLite's error for a missing row is the same as for a taken id.
      RETURN_IF_ERROR(GetServiceRecord(*call.service_record_id).status());
    }
    CallRow row = ToEntity(call);
    return Insert<LargestCall>(row, "call");
  });
}

absl::StatusOr<std::vector<std::int64_t>> OdbCallWriter::Save(
    const core::RecordedChanges& changes) {
  return RunGroup([&] { return kind_.group().Save(changes); });
}

absl::Status OdbCallWriter::InsertCreation(const core::CreationRequest& request,
                                           absl::Time forget_before) {
  return Run([&] {
    database_.erase_query<CreationRequestRow>(odb::query<CreationRequestRow>::create_time <
                                              ToEntity(forget_before));
    try {
      database_.persist(ToEntity(request));
    } catch (const odb::object_already_persistent&) {
      // The same request elsewhere was quicker: the next try finds what it has made.
      transaction_status_ = absl::AbortedError("the request is being answered elsewhere");
    }
    return transaction_status_;
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
