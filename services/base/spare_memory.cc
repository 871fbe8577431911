#include "services/base/spare_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <fstream>

namespace autopulse::callevents::base {

SpareMemory::SpareMemory(absl::Duration interval, std::size_t at_ease)
    : thread_("spare-memory", [interval, at_ease](Pause& pause) {
        while (!pause.For(interval)) {
          if (ResidentBytes() > at_ease) malloc_trim(0);
        }
      }) {}

std::size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident_pages = 0;
  if (!(statm >> pages >> resident_pages)) return 0;
  return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace autopulse::callevents::base
