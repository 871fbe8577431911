#include "persistence/odb_call_store.h"

#include <mutex>
#include <odb/transaction.hxx>
#include <utility>

#include "absl/random/random.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "persistence/odb_call_writer.h"
#include "persistence/odb_errors.h"
#include "services/base/fair_mutex.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence {
namespace {

constexpr int kMaxAttempts = 4;

// Up to 10, 20, 40 ms: at random, so that two that met do not meet again.
absl::Duration Backoff(int attempt) {
  thread_local absl::InsecureBitGen random;
  return absl::Milliseconds(5) * (1 << attempt) * absl::Uniform(random, 0.5, 1.0);
}

}  // namespace

absl::Status OdbCallStore::Read(const ReadWork& work) {
  return Read(work, Database::Reads::kManyStatements);
}

absl::Status OdbCallStore::ReadOne(const ReadWork& work) {
  return Read(work, Database::Reads::kOneStatement);
}

std::optional<absl::Status> OdbCallStore::ReadAtHand(const ReadWork& work) {
  absl::Status status;
  if (!database_->ReadAtHand([&] { status = ReadOne(work); })) return std::nullopt;
  return status;
}

absl::Status OdbCallStore::Read(const ReadWork& work, Database::Reads reads) {
  return CatchDatabaseErrors([&] {
    const odb::connection_ptr connection = database_->database().connection();
    odb::transaction transaction(database_->BeginRead(*connection, reads));
    OdbCallWriter reader(*database_);
    absl::Status status = work(reader);
    transaction.rollback();
    return status;
  });
}

absl::Status OdbCallStore::Write(const WriteWork& work) {
  RETURN_IF_ERROR(WriteAhead(work));
  AwaitDurable();
  return absl::OkStatus();
}

void OdbCallStore::WhenDurable(Durable done) { database_->WhenDurable(std::move(done)); }

absl::Status OdbCallStore::WriteAhead(const WriteWork& work) {
  absl::Status status = WriteOnce(work);
  for (int attempt = 1; absl::IsAborted(status) && attempt < kMaxAttempts; ++attempt) {
    absl::SleepFor(Backoff(attempt));
    status = WriteOnce(work);
  }
  return status;
}

absl::Status OdbCallStore::WriteOnce(const WriteWork& work) {
  std::unique_lock<base::FairMutex> lock;
  if (auto* const mutex = database_->writer_mutex()) lock = std::unique_lock(*mutex);
  return CatchDatabaseErrors([&]() -> absl::Status {
    const odb::connection_ptr connection = database_->WriterConnection();
    absl::Status status = CatchDatabaseErrors([&]() -> absl::Status {
      odb::transaction transaction(database_->BeginWrite(*connection));
      OdbCallWriter writer(*database_);
      RETURN_IF_ERROR(work(writer));
      RETURN_IF_ERROR(writer.transaction_status());
      transaction.commit();
      return absl::OkStatus();
    });
    if (!status.ok()) database_->AbandonTransaction(*connection);
    return status;
  });
}

absl::Status OdbCallStore::Scrub() {
  return CatchDatabaseErrors([&] { return database_->Scrub(); });
}

}  // namespace autopulse::callevents::persistence
