#include "persistence/sqlite/wal_writes.h"

#include <sqlite3.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <vector>

#include "persistence/sqlite/at_hand.h"

namespace autopulse::callevents::persistence {
namespace {

// What is kept back at most, bytes: of a larger transaction the file gets a part before. SQLite's
// own way to files writes less than 128 KiB at a time, without saying so.
constexpr std::size_t kMostKept = 120 << 10;

// See the file format, sqlite.org/fileformat2.html#walformat: of a frame's header, the four bytes
// that are zero unless the frame ends a transaction.
constexpr int kFrameHeader = 24;
constexpr std::size_t kCommitMark = 4;

bool EndsTransaction(const void* frame_header) {
  constexpr char kNone[4] = {};
  return std::memcmp(static_cast<const char*>(frame_header) + kCommitMark, kNone, 4) != 0;
}

// A WAL that one connection has open. SQLite gives the memory for it; the file below lies behind.
class Wal {
 public:
  explicit Wal(sqlite3_file* below) : below_(below) {}

  // Keeps back what is written behind what was kept back before.
  int Write(const void* data, int size, sqlite3_int64 offset) {
    const bool goes_on = offset == offset_ + static_cast<sqlite3_int64>(kept_.size());
    if (!goes_on || kept_.size() + static_cast<std::size_t>(size) > kMostKept) {
      if (const int result = WriteKept(); result != SQLITE_OK) return result;
    }
    if (kept_.empty()) offset_ = offset;
    const char* const bytes = static_cast<const char*>(data);
    kept_.insert(kept_.end(), bytes, bytes + size);
    if (size == kFrameHeader) ends_transaction_ = EndsTransaction(data);
    return SQLITE_OK;
  }

  int Sync(int flags) {
    // A transaction's sync is another's to do; but a WAL begun anew must not be missed.
    const bool is_transaction = ends_transaction_ && !kept_.empty() && offset_ > 0;
    const int result = WriteKept();
    if (is_transaction || result != SQLITE_OK) return result;
    return below_->pMethods->xSync(below_, flags);
  }

  // To be called before the file is looked at.
  int WriteKept() {
    if (kept_.empty()) return SQLITE_OK;
    const int result =
        below_->pMethods->xWrite(below_, kept_.data(), static_cast<int>(kept_.size()), offset_);
    kept_.clear();  // if it failed, SQLite undoes the transaction
    return result;
  }

  const sqlite3_io_methods& methods() const { return *below_->pMethods; }
  sqlite3_file* below() const { return below_; }

 private:
  sqlite3_file* const below_;
  std::vector<char> kept_;
  sqlite3_int64 offset_ = 0;  // of what is kept, in the file
  bool ends_transaction_ = false;
};

// What SQLite sees of it.
struct WalFile {
  sqlite3_file base;
  alignas(Wal) char wal[sizeof(Wal)];
};
constexpr std::size_t kBelow = (sizeof(WalFile) + 15) / 16 * 16;

Wal& Of(sqlite3_file* file) {
  return *std::launder(reinterpret_cast<Wal*>(reinterpret_cast<WalFile*>(file)->wal));
}

int Close(sqlite3_file* file) {
  Wal& wal = Of(file);
  const int written = wal.WriteKept();
  const int closed = wal.methods().xClose(wal.below());
  wal.~Wal();
  return written != SQLITE_OK ? written : closed;
}

int Read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
  Wal& wal = Of(file);
  if (const int result = wal.WriteKept(); result != SQLITE_OK) return result;
  return wal.methods().xRead(wal.below(), data, size, offset);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  return Of(file).Write(data, size, offset);
}

int Truncate(sqlite3_file* file, sqlite3_int64 size) {
  Wal& wal = Of(file);
  if (const int result = wal.WriteKept(); result != SQLITE_OK) return result;
  return wal.methods().xTruncate(wal.below(), size);
}

int Sync(sqlite3_file* file, int flags) { return Of(file).Sync(flags); }

int FileSize(sqlite3_file* file, sqlite3_int64* size) {
  Wal& wal = Of(file);
  if (const int result = wal.WriteKept(); result != SQLITE_OK) return result;
  return wal.methods().xFileSize(wal.below(), size);
}

int Lock(sqlite3_file* file, int level) {
  return Of(file).methods().xLock(Of(file).below(), level);
}

int Unlock(sqlite3_file* file, int level) {
  return Of(file).methods().xUnlock(Of(file).below(), level);
}

int CheckReservedLock(sqlite3_file* file, int* result) {
  return Of(file).methods().xCheckReservedLock(Of(file).below(), result);
}

int FileControl(sqlite3_file* file, int operation, void* argument) {
  return Of(file).methods().xFileControl(Of(file).below(), operation, argument);
}

int SectorSize(sqlite3_file* file) { return Of(file).methods().xSectorSize(Of(file).below()); }

int DeviceCharacteristics(sqlite3_file* file) {
  return Of(file).methods().xDeviceCharacteristics(Of(file).below());
}

// The first version: shared memory belongs to the database's file, not to its WAL.
constexpr sqlite3_io_methods MethodsOfWal() {
  sqlite3_io_methods methods = {};
  methods.iVersion = 1;
  methods.xClose = Close;
  methods.xRead = Read;
  methods.xWrite = Write;
  methods.xTruncate = Truncate;
  methods.xSync = Sync;
  methods.xFileSize = FileSize;
  methods.xLock = Lock;
  methods.xUnlock = Unlock;
  methods.xCheckReservedLock = CheckReservedLock;
  methods.xFileControl = FileControl;
  methods.xSectorSize = SectorSize;
  methods.xDeviceCharacteristics = DeviceCharacteristics;
  return methods;
}
constexpr sqlite3_io_methods kMethods = MethodsOfWal();

// All else as below.
struct Vfs : sqlite3_vfs {
  explicit Vfs(sqlite3_vfs& all) : sqlite3_vfs(all), below(all) {
    pNext = nullptr;
    zName = "autopulse-wal-writes";
    szOsFile = static_cast<int>(kBelow) + all.szOsFile;
    xOpen = Open;
    sqlite3_vfs_register(this, /*makeDflt=*/0);
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                  int* out_flags) {
    sqlite3_vfs& below = static_cast<Vfs*>(vfs)->below;
    if ((flags & SQLITE_OPEN_WAL) == 0) return below.xOpen(&below, name, file, flags, out_flags);
    auto* const file_below =
        reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kBelow);
    file->pMethods = nullptr;  // SQLite closes only what has some
    const int result = below.xOpen(&below, name, file_below, flags, out_flags);
    if (result != SQLITE_OK) {
      if (file_below->pMethods != nullptr) file_below->pMethods->xClose(file_below);
      return result;
    }
    new (reinterpret_cast<WalFile*>(file)->wal) Wal(file_below);
    file->pMethods = &kMethods;
    return SQLITE_OK;
  }

  sqlite3_vfs& below;
};

}  // namespace

const char* SqliteWalWrites() {
  static auto* const vfs = new Vfs(SqliteAtHand::Vfs());  // SQLite keeps it
  return vfs->zName;
}

}  // namespace autopulse::callevents::persistence
