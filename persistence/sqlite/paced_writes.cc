#include "persistence/sqlite/paced_writes.h"

namespace autopulse::callevents::persistence {
namespace {

sqlite3_file* FileOf(sqlite3* connection) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return file;
}

}  // namespace

SqlitePacedWrites::SqlitePacedWrites(sqlite3* connection)
    : file_(FileOf(connection)), methods_{*file_->pMethods, file_->pMethods, /*written=*/0} {
  methods_.xWrite = Write;
  methods_.xSync = Sync;
  file_->pMethods = &methods_;
}

SqlitePacedWrites::~SqlitePacedWrites() { file_->pMethods = methods_.below; }

SqlitePacedWrites::Methods& SqlitePacedWrites::Of(sqlite3_file* file) {
  return const_cast<Methods&>(static_cast<const Methods&>(*file->pMethods));
}

int SqlitePacedWrites::Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  if (Of(file).written == kPages) {
    if (const int result = Sync(file, SQLITE_SYNC_NORMAL); result != SQLITE_OK) return result;
  }
  ++Of(file).written;
  return Of(file).below->xWrite(file, data, size, offset);
}

int SqlitePacedWrites::Sync(sqlite3_file* file, int flags) {
  Of(file).written = 0;
  return Of(file).below->xSync(file, flags);
}

}  // namespace autopulse::callevents::persistence
