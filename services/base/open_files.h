#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace autopulse::callevents::base {

// The files that something open is kept in, as a SQLite database. Once one was removed, renamed or
// replaced, what is written to it is not where the next start looks [FT66].
class OpenFiles {
 public:
  // Remembers which file `path` names, if any; warns of one that every user may read. To be called
  // before other threads use this.
  void Add(const std::string& path);

  // The first path that does not name its file any more, empty if all do. Thread-safe.
  std::string Moved() const;

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  std::vector<File> files_;
};

}  // namespace autopulse::callevents::base
