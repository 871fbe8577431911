#include "persistence/maintenance/open_existing.h"

#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"

namespace autopulse::callevents::persistence::maintenance {

absl::StatusOr<std::unique_ptr<core::CallStore>> OpenExisting(const std::string& url) {
  const absl::Status exists =
      migrations::OpenConnection(url, migrations::IfMissing::kFail).status();
  if (!exists.ok()) return absl::UnavailableError(exists.message());
  absl::StatusOr<std::unique_ptr<core::CallStore>> store = OpenCallStore(url);
  if (!store.ok()) return absl::UnavailableError(store.status().message());
  return store;
}

}  // namespace autopulse::callevents::persistence::maintenance
