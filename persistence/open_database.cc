#include "persistence/open_database.h"

#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "persistence/migrations/connection.h"
#include "persistence/migrations/schema_check.h"
#include "persistence/odb_call_store.h"
#include "persistence/pgsql/database.h"
#include "persistence/sqlite/database.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

// Programs that start at once on one new file disturb each other for a moment: what they lose at is
// tried again, but not what was waited for as long as a locked file is.
constexpr int kMaxAttempts = 5;

absl::StatusOr<std::unique_ptr<Database>> OpenSqliteFile(const std::string& url,
                                                         const std::string& path,
                                                         migrations::IfOutdated if_outdated,
                                                         const OpenOptions& options) {
  RETURN_IF_ERROR(CheckSqlitePath(path));
  RETURN_IF_ERROR(migrations::EnsureSchema(url, if_outdated));
  return OpenSqlite(path, options);
}

absl::StatusOr<std::unique_ptr<Database>> OpenOnce(const std::string& url,
                                                   const OpenOptions& options) {
  const auto if_outdated =
      options.migrate ? migrations::IfOutdated::kUpgrade : migrations::IfOutdated::kRefuse;
  absl::string_view path = url;
  if (absl::ConsumePrefix(&path, "sqlite:") && !path.empty() && path != ":memory:") {
    absl::StatusOr<std::unique_ptr<Database>> database =
        OpenSqliteFile(url, std::string(path), if_outdated, options);
    if (database.ok()) return database;
    return absl::Status(database.status().code(),
                        absl::StrCat("cannot use `", path, "`: ", database.status().message()));
  }
  RETURN_IF_ERROR(migrations::EnsureSchema(url, if_outdated));  // refuses what is no URL at all
  return OpenPgsql(url, options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<core::CallStore>> OpenCallStore(const std::string& url,
                                                               const OpenOptions& options) {
  const auto last_begin =
      std::chrono::steady_clock::now() +
      absl::ToChronoNanoseconds(migrations::kOpenPatience - options.busy_timeout);
  const auto has_time = [&] { return std::chrono::steady_clock::now() < last_begin; };
  absl::StatusOr<std::unique_ptr<Database>> database = OpenOnce(url, options);
  for (int attempt = 1; absl::IsAborted(database.status()) && attempt < kMaxAttempts && has_time();
       ++attempt) {
    absl::SleepFor(absl::Milliseconds(20) * attempt);
    database = OpenOnce(url, options);
  }
  if (!database.ok()) return database.status();
  return std::make_unique<OdbCallStore>(*std::move(database));
}

}  // namespace autopulse::callevents::persistence
