// What becomes of events that reach several services on one PostgreSQL database at once.

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "services/core/event_recorder.h"
#include "tests/domain/events.h"
#include "tests/fakes/record.h"
#include "tests/persistence/counted_waits.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

using core::Receipt;
using core::ReportedEvent;

// Counts the transactions that were begun.
class CountingStore : public core::CallStore {
 public:
  explicit CountingStore(std::unique_ptr<core::CallStore> store) : store_(std::move(store)) {}

  bool is_shared() const override { return store_->is_shared(); }
  absl::Status Read(const ReadWork& work) override { return store_->Read(work); }
  absl::Status Write(const WriteWork& work) override {
    return store_->Write([&](core::CallWriter& calls) {
      ++writes_;
      return work(calls);
    });
  }
  absl::Status Scrub() override { return store_->Scrub(); }

  int writes() const { return writes_; }

 private:
  const std::unique_ptr<core::CallStore> store_;
  std::atomic<int> writes_ = 0;
};

class PgsqlRecorderTest : public testing::Test {
 protected:
  PgsqlRecorderTest() : url_(NewPostgresDatabase()), here_(Open()), there_(Open()) {}

  std::unique_ptr<core::CallStore> Open() const {
    return *OpenCallStore(url_, {.migrate = true, .connections = 4});
  }

  // An event of a provider's call.
  static ReportedEvent OfProvidersCall(const std::string& event_id,
                                       const std::string& provider_call_id) {
    ReportedEvent reported{.call_id = std::nullopt,
                           .event = domain::Told(event_id, 1, domain::CallStatus::kRinging),
                           .call_if_unknown = std::nullopt};
    reported.event.provider_call_id = provider_call_id;
    return reported;
  }

  // An event of a call that is registered.
  static ReportedEvent OfCall(std::int64_t call_id, const std::string& event_id) {
    return {.call_id = call_id,
            .event = domain::Told(event_id, 1, domain::CallStatus::kRinging),
            .call_if_unknown = std::nullopt};
  }

  // The same as `OfProvidersCall`; the call is registered if it is unknown.
  static ReportedEvent Inbound(const std::string& event_id, const std::string& provider_call_id) {
    ReportedEvent reported = OfProvidersCall(event_id, provider_call_id);
    reported.call_if_unknown = domain::Call();
    return reported;
  }

  using Receipts = std::vector<absl::StatusOr<Receipt>>;

  // Registers a call of a provider's id.
  std::int64_t AddCall(const std::string& provider_call_id) {
    domain::Call call;
    call.state.provider_call_id = provider_call_id;
    EXPECT_TRUE(here_
                    .Write([&](core::CallWriter& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(call.id, calls.InsertCall(call));
                      return absl::OkStatus();
                    })
                    .ok());
    return call.id;
  }

  // How many times the server is waited for while events are recorded.
  static int WaitsFor(core::EventRecorder& recorder, const std::vector<ReportedEvent>& events) {
    const int before = pgsql_waits;
    for (const auto& receipt : fakes::Record(recorder, events)) {
      EXPECT_TRUE(receipt.ok()) << receipt.status();
    }
    return pgsql_waits - before;
  }

  // Records `first` at one service and `second` at another, which begins while the transaction of
  // `first` is under way: this goes on when the other has ended or waits for it.
  std::pair<Receipts, Receipts> RecordAtOnce(const std::vector<ReportedEvent>& first,
                                             const std::vector<ReportedEvent>& second) {
    core::EventRecorder there(
        there_, [](const auto&) {}, {}, [] { return domain::At(0); });
    std::pair<Receipts, Receipts> receipts;
    std::thread thread;
    core::EventRecorder here(
        here_, [](const auto&) {}, {},
        [&] {
          if (thread.joinable()) return domain::At(0);
          std::atomic<bool> ended = false;
          thread = std::thread([&] {
            receipts.second = fakes::Record(there, second);
            ended = true;
          });
          while (!ended && !SomebodyWaits()) {
          }
          return domain::At(0);
        });
    receipts.first = fakes::Record(here, first);
    thread.join();
    return receipts;
  }

  bool SomebodyWaits() {
    const auto rows = connection_->Query("SELECT 1 FROM pg_locks WHERE NOT granted");
    EXPECT_TRUE(rows.ok()) << rows.status();
    return !rows.ok() || !rows->empty();
  }

  std::size_t CountCalls() {
    std::size_t count = 0;
    EXPECT_TRUE(here_
                    .Read([&](core::CallReader& calls) -> absl::Status {
                      ASSIGN_OR_RETURN(const auto page, calls.ListCalls({}));
                      count = page.size();
                      return absl::OkStatus();
                    })
                    .ok());
    return count;
  }

  const std::string url_;
  CountingStore here_;
  CountingStore there_;
  const std::unique_ptr<migrations::Connection> connection_ = *migrations::OpenPgsqlUrl(url_);
};

// What is asked for goes together, and so does what is written, with the commit.
TEST_F(PgsqlRecorderTest, AGroupWaitsTwiceForTheServer) {
  const std::int64_t call_id = AddCall("v-1");
  core::EventRecorder here(
      here_, [](const auto&) {}, {}, [] { return domain::At(0); });
  for (const char* const event_id : {"a", "b", "c"}) {  // first the call is not known yet
    EXPECT_EQ(
        WaitsFor(here, {OfCall(call_id, event_id), OfCall(call_id, absl::StrCat(event_id, "2"))}),
        2);
  }
}

TEST_F(PgsqlRecorderTest, AGroupThatNamesProvidersCallsWaitsOnceMoreHoweverManyTheyAre) {
  AddCall("v-1");
  AddCall("v-2");
  core::EventRecorder here(
      here_, [](const auto&) {}, {}, [] { return domain::At(0); });
  for (const char* const event_id : {"a", "b"}) {
    EXPECT_EQ(WaitsFor(here, {OfProvidersCall(event_id, "v-1"), OfProvidersCall(event_id, "v-2")}),
              3);
  }
}

// The lock that events take of a call goes together with that of a foreign key.
TEST_F(PgsqlRecorderTest, AProgramThatAddsALineToACallDoesNotHoldUpItsEvents) {
  const std::int64_t call_id = AddCall("v-1");
  ASSERT_EQ(connection_->Run(
                absl::StrCat("BEGIN; INSERT INTO transcript (call_id, role, timestamp) VALUES (",
                             call_id, ", 'user', now())")),
            absl::OkStatus());
  core::EventRecorder here(
      here_, [](const auto&) {}, {}, [] { return domain::At(0); });
  const auto receipts = fakes::Record(here, {OfCall(call_id, "a")});
  EXPECT_EQ(receipts[0].status(), absl::OkStatus());
  EXPECT_EQ(connection_->Run("COMMIT"), absl::OkStatus());
}

TEST_F(PgsqlRecorderTest, AnInboundCallIsRegisteredOnceWhicheverServicesItsEventsReach) {  // U1
  const auto [first, second] = RecordAtOnce({Inbound("a", "v-1")}, {Inbound("b", "v-1")});
  ASSERT_TRUE(first[0].ok()) << first[0].status();
  ASSERT_TRUE(second[0].ok()) << second[0].status();
  EXPECT_EQ(first[0]->call.id, second[0]->call.id);
  EXPECT_EQ(CountCalls(), 1U);
}

TEST_F(PgsqlRecorderTest, AProvidersIdOfAnyCharactersIsRegisteredOnce) {  // U1
  const std::string odd = "v\\\",{NULL} \xc3\xa9'";
  const auto [first, second] = RecordAtOnce({Inbound("a", odd)}, {Inbound("b", odd)});
  ASSERT_TRUE(second[0].ok()) << second[0].status();
  EXPECT_EQ(CountCalls(), 1U);
}

TEST_F(PgsqlRecorderTest, GroupsThatNameProvidersCallsInOppositeOrdersDoNotWaitForEachOther) {
  core::EventRecorder here(
      here_, [](const auto&) {}, {}, [] { return domain::At(0); });
  fakes::Record(here, {Inbound("a", "v-1"), Inbound("b", "v-2")});
  ASSERT_EQ(CountCalls(), 2U);
  const int before = here_.writes() + there_.writes();
  const auto [first, second] =
      RecordAtOnce({OfProvidersCall("c", "v-1"), OfProvidersCall("d", "v-2")},
                   {OfProvidersCall("e", "v-2"), OfProvidersCall("f", "v-1")});
  for (const Receipts& receipts : {first, second}) {
    for (const auto& receipt : receipts) EXPECT_TRUE(receipt.ok()) << receipt.status();
  }
  EXPECT_EQ(here_.writes() + there_.writes(), before + 2);  // none was run again
}

}  // namespace
}  // namespace autopulse::callevents::persistence
