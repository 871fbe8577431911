// Loaded into a program ahead of the C library: writing to disk fails with EIO as long as the file
// exists that FAILING_FSYNC_WHILE names.

#include <dlfcn.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace {

using Sync = int (*)(int);

int SyncUnlessBroken(const char* name, int file) {
  const char* broken = std::getenv("FAILING_FSYNC_WHILE");
  if (broken != nullptr && access(broken, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  return reinterpret_cast<Sync>(dlsym(RTLD_NEXT, name))(file);
}

}  // namespace

extern "C" int fsync(int file) { return SyncUnlessBroken("fsync", file); }
extern "C" int fdatasync(int file) { return SyncUnlessBroken("fdatasync", file); }
