#include "persistence/spool/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence::spool {

absl::StatusOr<FileLock> FileLock::Take(const std::string& path) {
  // The same file by another name has the same lock.
  std::error_code error;
  const std::filesystem::path file = std::filesystem::weakly_canonical(path, error);
  const std::string name = absl::StrCat(error ? path : file.string(), ".lock");
  FileLock lock(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (lock.descriptor_ < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("cannot open `", name, "`: ", std::strerror(errno)));
  }
  if (flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno == EWOULDBLOCK) {
    return absl::FailedPreconditionError(
        "another adapter uses it; one at a time may, so stop that one or name another file");
  }
  return absl::FailedPreconditionError(
      absl::StrCat("cannot lock `", name, "`: ", std::strerror(errno)));
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace autopulse::callevents::persistence::spool
