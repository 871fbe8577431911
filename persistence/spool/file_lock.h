#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace autopulse::callevents::persistence::spool {

// A lock that one process at a time can hold; the kernel takes it back when the process ends, in
// whatever way. Movable; released with the object.
class FileLock {
 public:
  // Takes the lock that belongs to the file `path`, without waiting. It lies in a file of its own
  // beside it, `PATH.lock`, which stays.
  //
  // FAILED_PRECONDITION with a sentence if another process holds it, or the file cannot be made.
  static absl::StatusOr<FileLock> Take(const std::string& path);

  FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace autopulse::callevents::persistence::spool
