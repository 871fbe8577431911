#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace autopulse::callevents::persistence::spool {

// The files that an open spool is kept in.
class SpoolFiles {
 public:
  // Remembers which file `path` names, if any. To be called before other threads use this.
  void Add(const std::string& path);

  // A sentence if one of the paths does not name its file any more, empty if all do. Thread-safe.
  std::string Problem() const;

 private:
  struct File {
    std::string path;
    dev_t device;
    ino_t inode;
  };
  std::vector<File> files_;
};

}  // namespace autopulse::callevents::persistence::spool
