#include "persistence/disk_failure.h"

#include <cstdlib>

#include "services/base/config.h"
#include "services/base/log.h"

namespace autopulse::callevents::persistence {

void EndBecauseOfDisk(const std::string& file, const std::string& error) {
  base::LogError("the disk does not keep what was committed; ending",
                 {{"file", file}, {"error", error}});
  std::_Exit(base::kExitFailure);
}

void EndBecauseMoved(const std::string& file) {
  base::LogError(
      "a file of the database was removed, renamed or replaced while in use; ending: put in place "
      "what is to be used, without another database's -wal and -shm, and start again",
      {{"file", file}});
  std::_Exit(base::kExitFailure);
}

}  // namespace autopulse::callevents::persistence
