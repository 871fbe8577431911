#pragma once

#include <string>

namespace autopulse::callevents::persistence {

// Ends the process, whose disk did not keep what was written to `file` [FT9]: what Linux could not
// write it takes for written from then on, so that nothing that builds on it could be trusted. When
// it starts again, SQLite checks by sums what the WAL really has, and copies all of it.
[[noreturn]] void EndBecauseOfDisk(const std::string& file, const std::string& error);

// Ends the process in the same way: `file`, of its database, is no longer where it was opened
// [FT66].
[[noreturn]] void EndBecauseMoved(const std::string& file);

}  // namespace autopulse::callevents::persistence
