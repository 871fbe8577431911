#pragma once

#include <string>

namespace autopulse::callevents::persistence {

// Ends the process, whose disk did not keep what was written to `file` [FT9]: what Linux could not
// write it takes for written from then on, so that nothing that builds on it could be trusted. When
// it starts again, SQLite checks by sums what the WAL really has, and copies all of it.
[[noreturn]] void EndBecauseOfDisk(const std::string& file, const std::string& error);

}  // namespace autopulse::callevents::persistence
