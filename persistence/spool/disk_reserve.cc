#include "persistence/spool/disk_reserve.h"

#include <filesystem>
#include <odb/database.hxx>
#include <system_error>

#include "persistence/spool/rows-odb.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::spool {

absl::Status DiskReserve::CheckRoom(std::size_t bytes) const {
  const std::uintmax_t needed = bytes_ + bytes;
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(path_, error);
  if (error || space.available >= needed) return absl::OkStatus();
  std::uintmax_t free_bytes = 0;
  RETURN_IF_ERROR(database_.Read([&](odb::database& database) {
    free_bytes = static_cast<std::uintmax_t>(database.query_value<FreeBytes>().bytes);
    return absl::OkStatus();
  }));
  if (space.available + free_bytes >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError("spool: the disk is full, but for what is kept free");
}

}  // namespace autopulse::callevents::persistence::spool
