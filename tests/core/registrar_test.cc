#include "services/core/registrar.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "tests/domain/events.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::core {
namespace {

using domain::At;

// A store that is shared with another service, whose creation commits after the first transaction
// here has looked for it, and before it takes the same id.
class RacedStore : public CallStore {
 public:
  RacedStore(CallStore& store, std::function<void()> race)
      : store_(store), race_(std::move(race)) {}

  bool is_shared() const override { return true; }
  absl::Status Read(const ReadWork& work) override { return store_.Read(work); }
  absl::Status Write(const WriteWork& work) override {
    if (++writes_ > 1) return store_.Write(work);
    race_();
    return absl::AlreadyExistsError("the id is taken");
  }
  absl::Status Scrub() override { return store_.Scrub(); }

 private:
  CallStore& store_;
  const std::function<void()> race_;
  int writes_ = 0;
};

class RegistrarTest : public testing::Test {
 protected:
  // A stored call of this id; what was wrong, else.
  absl::StatusOr<domain::Call> CreateCall(std::int64_t id, const Idempotency& idempotency = {}) {
    domain::Call call;
    call.id = id;
    return registrar_.CreateCall(call, idempotency);
  }

  std::size_t StoredCalls() {
    std::size_t count = 0;
    store_.Change([&](fakes::FakeTables& tables) { count = tables.calls.size(); });
    return count;
  }

  fakes::FakeCallStore store_;
  absl::Time now_ = At(0);
  Registrar registrar_{store_, [this] { return now_; }};
};

TEST_F(RegistrarTest, ACallIsStoredWithTheIdItAsksForAndItsCreateTime) {
  now_ = At(0) + absl::Nanoseconds(1500);
  const absl::StatusOr<domain::Call> call = CreateCall(15);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->id, 15);
  EXPECT_EQ(call->create_time, At(0) + absl::Microseconds(1));
  EXPECT_EQ(call->update_time, std::nullopt);
  EXPECT_EQ(call->state.status_word, "Ready");
}

TEST_F(RegistrarTest, AnIdIsPickedIfNoneIsAskedFor) {
  const absl::StatusOr<domain::Call> call = CreateCall(0);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_GT(call->id, 0);
}

TEST_F(RegistrarTest, AnIdThatIsTakenIsRefused) {
  ASSERT_TRUE(CreateCall(15).ok());
  EXPECT_EQ(CreateCall(15).status().code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(RegistrarTest, ACallsServiceRecordMustExist) {
  domain::Call call;
  call.service_record_id = 9;
  EXPECT_EQ(registrar_.CreateCall(call, {}).status().code(), absl::StatusCode::kNotFound);
  domain::ServiceRecord record;
  record.id = 9;
  ASSERT_TRUE(registrar_.CreateServiceRecord(record, {}).ok());
  const absl::StatusOr<domain::Call> created = registrar_.CreateCall(call, {});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->service_record_id, 9);
}

TEST_F(RegistrarTest, AServiceRecordBeginsAsScheduled) {
  domain::ServiceRecord record;
  record.customer_name = "Ada";
  const absl::StatusOr<domain::ServiceRecord> created = registrar_.CreateServiceRecord(record, {});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->status_word, "Scheduled");
  EXPECT_EQ(created->customer_name, "Ada");
  EXPECT_EQ(created->create_time, At(0));
}

TEST_F(RegistrarTest, ARepeatCreatesNothingAndReturnsWhatTheFirstCreated) {
  const absl::StatusOr<domain::Call> first = CreateCall(0, {"request", "digest"});
  now_ = At(60);
  const absl::StatusOr<domain::Call> second = CreateCall(0, {"request", "digest"});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->create_time, At(0));
  EXPECT_EQ(StoredCalls(), 1u);
}

TEST_F(RegistrarTest, ARepeatOfARequestThatNamedItsIdIsNoConflict) {
  ASSERT_TRUE(CreateCall(15, {"request", "digest"}).ok());
  EXPECT_TRUE(CreateCall(15, {"request", "digest"}).ok());
}

TEST_F(RegistrarTest, AServiceRecordMayBeAskedForAgainToo) {
  const auto first = registrar_.CreateServiceRecord({}, {"request", "digest"});
  const auto second = registrar_.CreateServiceRecord({}, {"request", "digest"});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(second->id, first->id);
}

TEST_F(RegistrarTest, ARepeatThatTheFirstOvertakesReturnsTheCallThatThisCreated) {
  RacedStore raced(store_, [this] { ASSERT_TRUE(CreateCall(15, {"request", "digest"}).ok()); });
  Registrar here(raced, [] { return At(60); });
  domain::Call call;
  call.id = 15;
  const absl::StatusOr<domain::Call> created = here.CreateCall(call, {"request", "digest"});
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->create_time, At(0));
}

TEST_F(RegistrarTest, ARepeatThatTheFirstOvertakesReturnsTheServiceRecordThatThisCreated) {
  domain::ServiceRecord record;
  record.id = 9;
  const Idempotency once{"request", "digest"};
  RacedStore raced(store_, [&] { ASSERT_TRUE(registrar_.CreateServiceRecord(record, once).ok()); });
  Registrar here(raced, [] { return At(60); });
  const absl::StatusOr<domain::ServiceRecord> created = here.CreateServiceRecord(record, once);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->create_time, At(0));
}

TEST_F(RegistrarTest, AnIdThatAnotherRequestTookIsRefused) {
  ASSERT_TRUE(CreateCall(15, {"request", "digest"}).ok());
  EXPECT_EQ(CreateCall(15, {"another", "digest"}).status().code(),
            absl::StatusCode::kAlreadyExists);
}

TEST_F(RegistrarTest, ARequestIdIsNotForTwoDifferentRequests) {
  ASSERT_TRUE(CreateCall(0, {"request", "digest"}).ok());
  const absl::Status refused = CreateCall(0, {"request", "another digest"}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refused.message().substr(0, 11), "request_id:");
  EXPECT_EQ(StoredCalls(), 1u);
}

TEST_F(RegistrarTest, WithoutARequestIdEachRequestCreates) {
  ASSERT_TRUE(CreateCall(0, {"", "digest"}).ok());
  ASSERT_TRUE(CreateCall(0, {"", "digest"}).ok());
  EXPECT_EQ(StoredCalls(), 2u);
}

TEST_F(RegistrarTest, ARequestIsRememberedForADay) {
  ASSERT_TRUE(CreateCall(0, {"request", "digest"}).ok());
  now_ = At(0) + kCreationMemory - absl::Microseconds(1);
  ASSERT_TRUE(CreateCall(0, {"request", "digest"}).ok());
  EXPECT_EQ(StoredCalls(), 1u);
  now_ = At(0) + kCreationMemory + absl::Microseconds(1);
  ASSERT_TRUE(CreateCall(0, {"request", "digest"}).ok());
  EXPECT_EQ(StoredCalls(), 2u);
}

TEST_F(RegistrarTest, ARequestThatFailedIsNotRemembered) {
  domain::Call call;
  call.service_record_id = 9;
  const Idempotency once{"request", "digest"};
  ASSERT_FALSE(registrar_.CreateCall(call, once).ok());
  domain::ServiceRecord record;
  record.id = 9;
  ASSERT_TRUE(registrar_.CreateServiceRecord(record, {}).ok());
  EXPECT_TRUE(registrar_.CreateCall(call, once).ok());
}

TEST_F(RegistrarTest, ALostRaceCreatesOnce) {
  store_.FailNextCommit(absl::AbortedError("lost a race"));
  ASSERT_TRUE(CreateCall(0, {"request", "digest"}).ok());
  EXPECT_EQ(StoredCalls(), 1u);
}

}  // namespace
}  // namespace autopulse::callevents::core
