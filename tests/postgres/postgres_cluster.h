#pragma once

#include <string>

namespace autopulse::callevents {

// A PostgreSQL server of its own for the tests of one program; it goes with the object, and also
// when the program is killed. See cluster.sh. A failure ends the program. Not thread-safe.
class PostgresCluster {
 public:
  PostgresCluster();
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  // Makes an empty database and returns its URL.
  std::string CreateDatabase();

 private:
  // Sends a word and returns the answer.
  std::string Ask(const std::string& word);
  std::string ReadLine();

  int process_ = -1;
  int to_script_ = -1;
  int from_script_ = -1;
};

// An empty database on the server that all tests of this program share. The server starts with the
// first call, and stops when the program's tests are over.
std::string NewPostgresDatabase();

}  // namespace autopulse::callevents
