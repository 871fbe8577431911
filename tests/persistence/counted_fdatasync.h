#pragma once

#include <atomic>
#include <functional>

namespace autopulse::callevents::persistence {

// SQLite lets a test look at every system call it makes, but for `fdatasync`. Whoever calls that in
// a program with counted_fdatasync.cc calls ours.
extern std::atomic<int> fdatasyncs;             // how many there were
extern std::atomic<bool> is_fdatasync_failing;  // EIO, instead of asking the kernel
extern std::function<void()> before_fdatasync;  // called first; set while nobody asks the disk

}  // namespace autopulse::callevents::persistence
