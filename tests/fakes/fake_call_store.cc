#include "tests/fakes/fake_call_store.h"

#include <utility>

#include "services/base/status_macros.h"
#include "tests/fakes/fake_transaction.h"

namespace autopulse::callevents::fakes {

absl::Status FakeCallStore::Read(const ReadWork& work) {
  std::function<absl::Status()> before;
  {
    const absl::MutexLock lock(&mutex_);
    before = before_reads_;
  }
  RETURN_IF_ERROR(before());
  FakeTables copy;
  {
    const absl::MutexLock lock(&mutex_);
    copy = tables_;
  }
  FakeTransaction transaction(copy);
  return work(transaction);
}

absl::Status FakeCallStore::Write(const WriteWork& work) {
  const absl::MutexLock lock(&writer_mutex_);
  absl::Status status = WriteOnce(work);
  for (int retries = 3; absl::IsAborted(status) && retries > 0; --retries) {
    status = WriteOnce(work);
  }
  return status;
}

absl::Status FakeCallStore::WriteOnce(const WriteWork& work) {
  FakeTables copy;
  {
    const absl::MutexLock lock(&mutex_);
    copy = tables_;
  }
  FakeTransaction transaction(copy);
  RETURN_IF_ERROR(work(transaction));
  const absl::MutexLock lock(&mutex_);
  if (!commit_errors_.empty()) {
    absl::Status error = std::move(commit_errors_.front());
    commit_errors_.pop_front();
    return error;
  }
  tables_ = std::move(copy);
  ++commits_;
  return absl::OkStatus();
}

void FakeCallStore::FailNextCommit(absl::Status error) {
  const absl::MutexLock lock(&mutex_);
  commit_errors_.push_back(std::move(error));
}

void FakeCallStore::Change(const std::function<void(FakeTables&)>& change) {
  const absl::MutexLock writer_lock(&writer_mutex_);
  const absl::MutexLock lock(&mutex_);
  change(tables_);
}

FakeTables FakeCallStore::Tables() const {
  const absl::MutexLock lock(&mutex_);
  return tables_;
}

void FakeCallStore::BeforeReads(std::function<absl::Status()> hook) {
  const absl::MutexLock lock(&mutex_);
  before_reads_ = std::move(hook);
}

int FakeCallStore::commits() const {
  const absl::MutexLock lock(&mutex_);
  return commits_;
}

}  // namespace autopulse::callevents::fakes
