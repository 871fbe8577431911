#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "persistence/spool/spool_database.h"

namespace autopulse::callevents::persistence::spool {

// What is left free of the disk that a spool is on. Thread-safe.
class DiskReserve {
 public:
  // `bytes` are left free of the disk of `path`, the file of `database`, which must outlive this.
  DiskReserve(SpoolDatabase& database, std::string path, std::uintmax_t bytes)
      : database_(database), path_(std::move(path)), bytes_(bytes) {}

  // RESOURCE_EXHAUSTED if with `bytes` more there would be less than that, on the disk and within
  // the file. Other errors are those of SpoolDatabase.
  absl::Status CheckRoom(std::size_t bytes) const;

 private:
  SpoolDatabase& database_;
  const std::string path_;
  const std::uintmax_t bytes_;
};

}  // namespace autopulse::callevents::persistence::spool
