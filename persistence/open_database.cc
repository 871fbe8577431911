#include "persistence/open_database.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "persistence/odb_call_store.h"
#include "persistence/sqlite_database.h"

namespace autopulse::callevents::persistence {
namespace {

// Programs that start at once on one new file disturb each other for a moment.
constexpr int kMaxAttempts = 5;

absl::StatusOr<std::unique_ptr<Database>> OpenSqliteWithRetry(const std::string& path,
                                                              const OpenOptions& options) {
  absl::StatusOr<std::unique_ptr<Database>> database = OpenSqlite(path, options);
  for (int attempt = 1; absl::IsAborted(database.status()) && attempt < kMaxAttempts; ++attempt) {
    absl::SleepFor(absl::Milliseconds(20) * attempt);
    database = OpenSqlite(path, options);
  }
  return database;
}

}  // namespace

absl::StatusOr<std::unique_ptr<core::CallStore>> OpenCallStore(const std::string& url,
                                                               const OpenOptions& options) {
  absl::string_view path = url;
  if (absl::StartsWith(url, "postgresql:") || absl::StartsWith(url, "postgres:")) {
    return absl::InvalidArgumentError(
        "this version cannot open PostgreSQL databases: use sqlite:FILE");
  }
  if (!absl::ConsumePrefix(&path, "sqlite:")) {
    return absl::InvalidArgumentError(
        "a database is named by sqlite:FILE, such as sqlite:calls.db");
  }
  if (path.empty() || path == ":memory:") {
    return absl::InvalidArgumentError("sqlite: needs the name of a file, such as sqlite:calls.db");
  }
  absl::StatusOr<std::unique_ptr<Database>> database =
      OpenSqliteWithRetry(std::string(path), options);
  if (!database.ok()) {
    return absl::Status(database.status().code(),
                        absl::StrCat("cannot use `", path, "`: ", database.status().message()));
  }
  return std::make_unique<OdbCallStore>(*std::move(database));
}

}  // namespace autopulse::callevents::persistence
