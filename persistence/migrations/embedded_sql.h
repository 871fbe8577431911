#pragma once

#include <string>
#include <vector>

namespace autopulse::callevents::persistence::migrations {

// An SQL file that became part of the program when it was built.
struct EmbeddedFile {
  std::string name;  // such as `pgsql/0001_base.up.sql`
  std::string text;
};

// All of them: revisions, `catalogue.sql`, and `entities.sql`, what the ODB compiler makes of
// entities.h, for each kind of database. Thread-safe.
const std::vector<EmbeddedFile>& EmbeddedFiles();

}  // namespace autopulse::callevents::persistence::migrations
