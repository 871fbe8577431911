#include "services/base/open_files.h"

#include <sys/stat.h>

#include "services/base/log.h"

namespace autopulse::callevents::base {

void OpenFiles::Add(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) return;
  files_.push_back({path, found.st_dev, found.st_ino});
  if ((found.st_mode & S_IROTH) == 0) return;
  LogWarning("every user of this machine may read calls here: chmod o-r", {{"file", path}});
}

std::string OpenFiles::Moved() const {
  for (const auto& [path, device, inode] : files_) {
    struct stat found = {};
    const bool is_there = stat(path.c_str(), &found) == 0;
    if (is_there && found.st_dev == device && found.st_ino == inode) continue;
    return path;
  }
  return "";
}

}  // namespace autopulse::callevents::base
