#include "services/core/rehearsal.h"

#include "gtest/gtest.h"
#include "tests/fakes/fake_transaction.h"

namespace autopulse::callevents::core {
namespace {

// Notes what it is given, and can lack the room for it.
class NotingTransaction : public fakes::FakeTransaction {
 public:
  using FakeTransaction::FakeTransaction;

  absl::StatusOr<std::vector<std::int64_t>> Save(const RecordedChanges& changes) override {
    if (!error.ok()) return error;
    has_all = !changes.bases.empty() && !changes.events.empty() && !changes.calls.empty() &&
              !changes.service_records.empty() && !changes.transcripts.empty();
    return FakeTransaction::Save(changes);
  }

  absl::Status error;
  bool has_all = false;
};

class RehearsalTest : public testing::Test {
 protected:
  void ExpectNothingIsThere() {
    EXPECT_TRUE(tables_.calls.empty() && tables_.service_records.empty());
    EXPECT_TRUE(tables_.events.empty() && tables_.bases.empty() && tables_.transcript.empty());
    EXPECT_EQ(tables_.last_sequence, 0);
  }

  fakes::FakeTables tables_;
  NotingTransaction calls_{tables_};
};

TEST_F(RehearsalTest, AllThatAnEventWritesIsWrittenAndUndone) {
  EXPECT_EQ(Rehearse(calls_), absl::OkStatus());
  EXPECT_TRUE(calls_.has_all);
  ExpectNothingIsThere();
}

TEST_F(RehearsalTest, WhatTheDatabaseDoesNotTakeIsItsError) {
  calls_.error = absl::InternalError("no such column");
  EXPECT_EQ(Rehearse(calls_), calls_.error);
  ExpectNothingIsThere();
}

}  // namespace
}  // namespace autopulse::callevents::core
