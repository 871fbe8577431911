// What a revision deletes from a SQLite file is overwritten [X1].

#include <sqlite3.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// A SQLite library whose connections overwrite nothing unless they are told to: what it does by
// itself is an option of its build.
class CarelessLibrary {
 public:
  CarelessLibrary() { sqlite3_auto_extension(reinterpret_cast<void (*)()>(&OnOpen)); }
  ~CarelessLibrary() { sqlite3_reset_auto_extension(); }
  CarelessLibrary(const CarelessLibrary&) = delete;
  CarelessLibrary& operator=(const CarelessLibrary&) = delete;

 private:
  static int OnOpen(sqlite3* handle, char**, const sqlite3_api_routines*) {
    return sqlite3_exec(handle, "PRAGMA secure_delete=OFF", nullptr, nullptr, nullptr);
  }
};

TEST(OverwritingTest, IsAskedForWhateverTheLibraryDoesByItself) {  // X1
  const CarelessLibrary library;
  const auto connection = OpenSqliteMemory();
  ASSERT_TRUE(connection.ok()) << connection.status();
  const auto rows = (*connection)->Query("PRAGMA secure_delete");
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(*rows, testing::ElementsAre(testing::ElementsAre("1")));
}

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations
