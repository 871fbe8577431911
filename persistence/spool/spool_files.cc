#include "persistence/spool/spool_files.h"

#include <sys/stat.h>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence::spool {

void SpoolFiles::Add(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) == 0) files_.push_back({path, found.st_dev, found.st_ino});
}

std::string SpoolFiles::Problem() const {
  for (const auto& [path, device, inode] : files_) {
    struct stat found = {};
    const bool is_there = stat(path.c_str(), &found) == 0;
    if (is_there && found.st_dev == device && found.st_ino == inode) continue;
    return absl::StrCat("`", path, "` was removed, renamed or replaced while in use: put it back, ",
                        "or start again to use what is there");
  }
  return "";
}

}  // namespace autopulse::callevents::persistence::spool
