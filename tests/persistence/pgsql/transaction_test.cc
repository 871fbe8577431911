// When a transaction on PostgreSQL begins and ends.

#include "persistence/pgsql/transaction.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "persistence/migrations/connection.h"
#include "persistence/open_database.h"
#include "services/base/status_macros.h"
#include "tests/contract/call_store_contract.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::persistence {
namespace {

using contract::EventOf;
using testing::ElementsAre;

class PgsqlTransactionTest : public testing::Test {
 protected:
  PgsqlTransactionTest() {
    EXPECT_TRUE(store_
                    ->Write([this](core::CallWriter& calls) -> absl::Status {
                      for (std::int64_t& id : calls_) {
                        ASSIGN_OR_RETURN(id, calls.InsertCall({}));
                      }
                      return absl::OkStatus();
                    })
                    .ok());
  }

  // Saves an event, and may commit with it.
  static absl::Status Save(core::CallWriter& calls, const domain::RecordedEvent& event,
                           bool commits) {
    core::RecordedChanges changes;
    changes.commits = commits;
    changes.events.push_back({event.call_id, event.create_time, event.outcome,
                              event.call_status_word, &event.event, event.forget_time});
    return calls.Save(changes).status();
  }

  // What others see.
  std::string CountEvents() { return raw_->Query("SELECT count(*) FROM call_event")->at(0).at(0); }

  // What the connections of the store are doing, as the server has it.
  std::vector<migrations::Row> States() {
    return *raw_->Query(
        "SELECT state FROM pg_stat_activity WHERE application_name = 'call-event-service'");
  }

  const std::string url_ = NewPostgresDatabase();
  const std::unique_ptr<core::CallStore> store_ =
      *OpenCallStore(url_, {.migrate = true, .connections = 1});
  const std::unique_ptr<migrations::Connection> raw_ = *migrations::OpenPgsqlUrl(url_);
  std::int64_t calls_[2] = {};
};

TEST_F(PgsqlTransactionTest, WhatIsSavedLastIsCommittedWithIt) {
  EXPECT_TRUE(store_
                  ->Write([&](core::CallWriter& calls) -> absl::Status {
                    RETURN_IF_ERROR(Save(calls, EventOf(calls_[0], "e"), /*commits=*/true));
                    EXPECT_EQ(CountEvents(), "1");
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(States(), ElementsAre(ElementsAre("idle")));
}

TEST_F(PgsqlTransactionTest, WhatIsSavedBeforeOtherThingsIsCommittedWithThem) {
  EXPECT_TRUE(absl::IsCancelled(store_->Write([&](core::CallWriter& calls) -> absl::Status {
    RETURN_IF_ERROR(Save(calls, EventOf(calls_[0], "e"), /*commits=*/false));
    EXPECT_EQ(CountEvents(), "0");
    return absl::CancelledError();
  })));
  EXPECT_EQ(CountEvents(), "0");
}

TEST_F(PgsqlTransactionTest, IfTheLastSaveIsRefusedNothingIsKeptAndTheConnectionServesOn) {
  const auto save = [&](core::CallWriter& calls) {
    return Save(calls, EventOf(calls_[0], "e"), /*commits=*/true);
  };
  ASSERT_TRUE(store_->Write(save).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(store_->Write([&](core::CallWriter& calls) -> absl::Status {
    RETURN_IF_ERROR(calls.InsertCall({}).status());
    return save(calls);
  })));
  EXPECT_THAT(States(), ElementsAre(ElementsAre("idle")));
  EXPECT_EQ(raw_->Query("SELECT count(*) FROM call")->at(0).at(0), "2");
  EXPECT_TRUE(
      store_->Read([&](core::CallReader& calls) { return calls.GetCall(calls_[1]).status(); })
          .ok());
}

// FT14: a promoted standby has all that was answered with OK.
TEST_F(PgsqlTransactionTest, CommitThatNoSynchronousStandbyConfirmsIsUnavailable) {
  const auto set_standbys = [this](const std::string& change) {
    EXPECT_TRUE(raw_->Query("ALTER SYSTEM " + change).ok());
    EXPECT_TRUE(raw_->Query("SELECT pg_reload_conf()").ok());
  };
  // Ends the waiting for a standby, as an operator may.
  const auto stop_waiting = [this] {
    return !raw_->Query(
                    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity "
                    "WHERE wait_event = 'SyncRep'")
                ->empty();
  };
  set_standbys("SET synchronous_standby_names = 'nobody'");
  for (const bool last : {true, false}) {
    absl::Status saved;
    bool given_up = false;
    for (int i = 0; !given_up; ++i) {  // until the server has heard of the setting
      std::atomic<bool> done = false;
      std::thread writer([&] {
        saved = store_->Write([&](core::CallWriter& calls) {
          return Save(calls, EventOf(calls_[last ? 0 : 1], std::to_string(i)), last);
        });
        done = true;
      });
      while (!done && !given_up) given_up = stop_waiting();
      writer.join();
    }
    EXPECT_TRUE(absl::IsUnavailable(saved)) << saved;
  }
  set_standbys("RESET synchronous_standby_names");
}

TEST_F(PgsqlTransactionTest, ServerThatIsGoneIsUnavailableAndSoonForgotten) {  // FT16
  const auto save = [&](core::CallWriter& calls) {
    return Save(calls, EventOf(calls_[0], "e"), /*commits=*/true);
  };
  EXPECT_TRUE(absl::IsUnavailable(store_->Write([&](core::CallWriter& calls) -> absl::Status {
    RETURN_IF_ERROR(calls.LockCalls({.call_ids = {calls_[0]}}).status());
    EXPECT_TRUE(raw_->Query("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
                            "WHERE application_name = 'call-event-service'")
                    .ok());
    return save(calls);
  })));
  EXPECT_TRUE(store_->Write(save).ok());
}

TEST_F(PgsqlTransactionTest, WorkThatAsksNothingBeginsNothing) {
  EXPECT_TRUE(store_
                  ->Write([&](core::CallWriter&) {
                    EXPECT_THAT(States(), ElementsAre(ElementsAre("idle")));
                    return absl::OkStatus();
                  })
                  .ok());
}

TEST_F(PgsqlTransactionTest, AQuestionByItselfOpensNoTransactionAndSeveralOpenOne) {
  const auto ask = [&](core::CallReader& calls, const std::string& state) -> absl::Status {
    RETURN_IF_ERROR(calls.GetCall(calls_[0]).status());
    EXPECT_THAT(States(), ElementsAre(ElementsAre(state)));
    return absl::OkStatus();
  };
  EXPECT_TRUE(store_->ReadOne([&](core::CallReader& calls) { return ask(calls, "idle"); }).ok());
  EXPECT_TRUE(
      store_->Read([&](core::CallReader& calls) { return ask(calls, "idle in transaction"); })
          .ok());
}

TEST_F(PgsqlTransactionTest, EventsAreKnownByCallAndIdTogether) {  // O1
  ASSERT_TRUE(store_
                  ->Write([&](core::CallWriter& calls) -> absl::Status {
                    RETURN_IF_ERROR(Save(calls, EventOf(calls_[0], "a"), false));
                    RETURN_IF_ERROR(Save(calls, EventOf(calls_[0], "b"), false));
                    return Save(calls, EventOf(calls_[1], "{\"c\",\\}"), false);
                  })
                  .ok());
  std::vector<std::string> known;
  ASSERT_TRUE(store_
                  ->Write([&](core::CallWriter& calls) -> absl::Status {
                    ASSIGN_OR_RETURN(const core::LockedCalls locked,
                                     calls.LockCalls({.call_ids = {calls_[0], calls_[1]},
                                                      .event_keys = {{calls_[0], "a"},
                                                                     {calls_[1], "b"},
                                                                     {calls_[1], "{\"c\",\\}"}}}));
                    for (const auto& event : locked.known_events) {
                      known.push_back(event.event.event_id);
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(known, testing::UnorderedElementsAre("a", "{\"c\",\\}"));
}

TEST_F(PgsqlTransactionTest, SequencesThatWereDrawnWithTheLocksAreUsedAndMoreAreDrawn) {
  std::vector<std::int64_t> sequences;
  ASSERT_TRUE(store_
                  ->Write([&](core::CallWriter& calls) -> absl::Status {
                    RETURN_IF_ERROR(
                        calls.LockCalls({.call_ids = {calls_[0]}, .new_events = 1}).status());
                    for (const char* id : {"a", "b", "c"}) {
                      ASSIGN_OR_RETURN(sequences.emplace_back(),
                                       contract::InsertEvent(calls, EventOf(calls_[0], id)));
                    }
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3));
}

}  // namespace
}  // namespace autopulse::callevents::persistence
