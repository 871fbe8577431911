#include "services/base/spare_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

#include "services/base/thread.h"

namespace autopulse::callevents::base {

SpareMemory::SpareMemory(absl::Duration interval, std::size_t at_ease)
    : thread_(StartThread("spare-memory", [this, interval, at_ease] {
        while (!pause_.For(interval)) {
          if (ResidentBytes() > at_ease) malloc_trim(0);
        }
      })) {}

SpareMemory::~SpareMemory() {
  pause_.Wake();
  thread_.join();
}

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident_pages = 0;
  if (!(statm >> pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace autopulse::callevents::base
