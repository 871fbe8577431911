#include "persistence/spool/dead_letters.h"

#include <memory>
#include <odb/database.hxx>
#include <odb/exceptions.hxx>

#include "absl/strings/str_cat.h"
#include "persistence/spool/row_mapping.h"
#include "persistence/spool/rows-odb.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::spool {
namespace {

// `View` is one of the table's views.
template <typename View>
odb::query<View> ToQuery(const DeadLetterFilter& filter, std::int64_t after_id) {
  using Query = odb::query<View>;
  Query query = Query::id > after_id;
  if (!filter.ids.empty())
    query = query && Query::id.in_range(filter.ids.begin(), filter.ids.end());
  if (!filter.call.empty()) query = query && Query::call == filter.call;
  if (!filter.reason.empty()) query = query && Query::reason == filter.reason;
  if (filter.since) query = query && Query::create_time >= ToMicros(*filter.since);
  if (filter.until) query = query && Query::create_time < ToMicros(*filter.until);
  return query;
}

}  // namespace

absl::Status DeadLetters::Add(const DeadLetter& letter) {
  RETURN_IF_ERROR(room_.CheckRoom(letter.payload.size()));
  return database_.Write([&](odb::database& database) {
    DeadLetterRow row = ToRow(letter);
    database.persist(row);
    return absl::OkStatus();
  });
}

absl::StatusOr<std::vector<DeadLetter>> DeadLetters::List(const DeadLetterFilter& filter,
                                                          std::int64_t after_id, int limit) {
  using Query = odb::query<DeadLetterSummary>;
  std::vector<DeadLetter> letters;
  RETURN_IF_ERROR(database_.Read([&](odb::database& database) {
    for (const DeadLetterSummary& row : database.query<DeadLetterSummary>(
             ToQuery<DeadLetterSummary>(filter, after_id) + "ORDER BY" + Query::id +
             absl::StrCat("LIMIT ", limit))) {
      letters.push_back(FromRow(row));
    }
    return absl::OkStatus();
  }));
  return letters;
}

absl::StatusOr<std::int64_t> DeadLetters::Count(const DeadLetterFilter& filter) {
  std::int64_t count = 0;
  RETURN_IF_ERROR(database_.Read([&](odb::database& database) {
    count = database.query_value<DeadLetterCount>(ToQuery<DeadLetterCount>(filter, 0)).count;
    return absl::OkStatus();
  }));
  return count;
}

absl::StatusOr<DeadLetter> DeadLetters::Get(std::int64_t id) {
  DeadLetter letter;
  RETURN_IF_ERROR(database_.Read([&](odb::database& database) {
    const std::unique_ptr<DeadLetterRow> row(database.load<DeadLetterRow>(id));
    letter = FromRow(*row);
    return absl::OkStatus();
  }));
  return letter;
}

// A letter that is gone fails nothing but `change`: what others write shares the transaction.
absl::Status DeadLetters::Change(const std::function<void(odb::database&)>& change) {
  bool is_there = true;
  RETURN_IF_ERROR(database_.Write([&](odb::database& database) {
    try {
      change(database);
    } catch (const odb::object_not_persistent&) {
      is_there = false;
    }
    return absl::OkStatus();
  }));
  if (is_there) return absl::OkStatus();
  return absl::NotFoundError("spool: the dead letter does not exist");
}

absl::Status DeadLetters::RecordFailure(std::int64_t id, const Failures& failures) {
  return Change([&](odb::database& database) {
    DeadLetterRow row;  // what is readonly is not written
    row.id = id;
    row.failures = ToColumns(failures);
    database.update(row);
  });
}

absl::Status DeadLetters::Remove(std::int64_t id) {
  return Change([id](odb::database& database) { database.erase<DeadLetterRow>(id); });
}

absl::StatusOr<int> DeadLetters::RemoveOlder(absl::Time time, int limit) {
  int removed = 0;
  RETURN_IF_ERROR(database_.Write([&](odb::database& database) {
    removed = static_cast<int>(database.execute(absl::StrCat(
        "DELETE FROM \"dead_letter\" WHERE \"id\" IN (SELECT \"id\" FROM \"dead_letter\" "
        "WHERE \"create_time\" < ",
        ToMicros(time), " ORDER BY \"create_time\" LIMIT ", limit, ")")));
    return absl::OkStatus();
  }));
  return removed;
}

}  // namespace autopulse::callevents::persistence::spool
