#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "services/base/status_macros.h"
#include "tests/contract/call_store_contract.h"

namespace autopulse::callevents::contract {
namespace {

TEST_P(CallStoreContract, WorkThatFailsLeavesNothing) {
  const absl::Status status = store().Write([](core::CallWriter& writer) {
    RETURN_IF_ERROR(writer.InsertCall({}).status());
    return absl::InternalError("no");
  });
  EXPECT_EQ(status, absl::InternalError("no"));
  EXPECT_EQ(ListCalls({}).size(), 0U);
}

TEST_P(CallStoreContract, WhatWasWrittenAheadIsSeenByAllAndToldDurableInItsOrder) {
  std::vector<std::size_t> told;  // how many calls there were
  for (std::size_t i = 1; i <= 3; ++i) {
    EXPECT_TRUE(
        store()
            .WriteAhead([](core::CallWriter& calls) { return calls.InsertCall({}).status(); })
            .ok());
    EXPECT_EQ(ListCalls({}).size(), i);
    store().WhenDurable([&told, i] { told.push_back(i); });
  }
  store().AwaitDurable();
  EXPECT_THAT(told, testing::ElementsAre(1, 2, 3));
}

TEST_P(CallStoreContract, WriterReadsWhatItWrote) {
  EXPECT_TRUE(store()
                  .Write([](core::CallWriter& writer) -> absl::Status {
                    ASSIGN_OR_RETURN(const std::int64_t id, writer.InsertCall({}));
                    return writer.GetCall(id).status();
                  })
                  .ok());
}

TEST_P(CallStoreContract, ErrorOfAReadIsReturned) {
  const absl::Status status =
      store().Read([](core::CallReader& reader) { return reader.GetCall(15).status(); });
  EXPECT_EQ(status, absl::NotFoundError("call 15 not found"));
}

TEST_P(CallStoreContract, WorkRunsAgainAfterALostRace) {
  int runs = 0;
  EXPECT_TRUE(store()
                  .Write([&](core::CallWriter& writer) {
                    RETURN_IF_ERROR(writer.InsertCall({}).status());
                    return ++runs < 3 ? absl::AbortedError("again") : absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(ListCalls({}).size(), 1U);
}

TEST_P(CallStoreContract, RacesThatAreLostOnAndOnAreReported) {
  const absl::Status status =
      store().Write([](core::CallWriter&) { return absl::AbortedError("again"); });
  EXPECT_TRUE(absl::IsAborted(status)) << status;
}

TEST_P(CallStoreContract, OtherErrorsAreNotTriedAgain) {
  int runs = 0;
  store()
      .Write([&](core::CallWriter&) {
        ++runs;
        return absl::UnavailableError("gone");
      })
      .IgnoreError();
  EXPECT_EQ(runs, 1);
}

TEST_P(CallStoreContract, IsolatedWorkThatFailsIsUndoneAlone) {
  EXPECT_TRUE(store()
                  .Write([](core::CallWriter& writer) {
                    RETURN_IF_ERROR(writer.InsertCall({}).status());
                    const absl::Status inner = writer.Isolated([&] {
                      EXPECT_TRUE(writer.InsertCall({}).ok());
                      return absl::InvalidArgumentError("no");
                    });
                    EXPECT_EQ(inner, absl::InvalidArgumentError("no"));
                    return writer.Isolated([&] { return writer.InsertCall({}).status(); });
                  })
                  .ok());
  EXPECT_EQ(ListCalls({}).size(), 2U);
}

TEST_P(CallStoreContract, IsolatedWorkMayBreakAConstraint) {
  const std::int64_t call_id = AddCall();
  AddEvent(EventOf(call_id, "e1"));
  EXPECT_TRUE(store()
                  .Write([&](core::CallWriter& writer) {
                    const absl::Status inner = writer.Isolated(
                        [&] { return InsertEvent(writer, EventOf(call_id, "e1")).status(); });
                    EXPECT_TRUE(absl::IsAlreadyExists(inner)) << inner;
                    return InsertEvent(writer, EventOf(call_id, "e2")).status();
                  })
                  .ok());
  const auto found = Read([&](core::CallReader& reader) {
    return reader.FindEvent({call_id, "e2"});
  });
  EXPECT_TRUE(found->has_value());
}

TEST_P(CallStoreContract, IsolatedWorkNests) {
  EXPECT_TRUE(store()
                  .Write([](core::CallWriter& writer) {
                    return writer.Isolated([&] {
                      RETURN_IF_ERROR(writer.InsertCall({}).status());
                      writer
                          .Isolated([&] {
                            EXPECT_TRUE(writer.InsertCall({}).ok());
                            return absl::InternalError("no");
                          })
                          .IgnoreError();
                      return absl::OkStatus();
                    });
                  })
                  .ok());
  EXPECT_EQ(ListCalls({}).size(), 1U);
}

TEST_P(CallStoreContract, ReaderSeesOneStateOfTheDatabase) {
  AddCall();
  EXPECT_TRUE(store()
                  .Read([&](core::CallReader& reader) -> absl::Status {
                    ASSIGN_OR_RETURN(const auto before, reader.ListCalls({}));
                    std::thread([&] { AddCall(); }).join();  // is not held up by the reader
                    ASSIGN_OR_RETURN(const auto after, reader.ListCalls({}));
                    EXPECT_EQ(before.size(), after.size());
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(ListCalls({}).size(), 2U);
}

TEST_P(CallStoreContract, ReaderIsNotHeldUpByAWriter) {
  EXPECT_TRUE(store()
                  .Write([&](core::CallWriter& writer) {
                    RETURN_IF_ERROR(writer.InsertCall({}).status());
                    std::thread([&] { EXPECT_EQ(ListCalls({}).size(), 0U); }).join();
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(ListCalls({}).size(), 1U);
}

TEST_P(CallStoreContract, WritersThatLockACallLoseNothing) {
  constexpr int kThreads = 4;
  constexpr int kCallsEach = 25;
  domain::ServiceRecord counter;
  counter.status_word = "0";
  const std::int64_t record_id = AddServiceRecord(counter);
  const std::int64_t call_id = AddCall();
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kCallsEach; ++n) {
        EXPECT_TRUE(store()
                        .Write([&](core::CallWriter& writer) -> absl::Status {
                          RETURN_IF_ERROR(writer.LockCalls({.call_ids = {call_id}}).status());
                          ASSIGN_OR_RETURN(const auto record, writer.GetServiceRecord(record_id));
                          return UpdateServiceRecordStatus(
                              writer, record_id, std::to_string(std::stoi(record.status_word) + 1),
                              At(0));
                        })
                        .ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto record =
      Read([&](core::CallReader& reader) { return reader.GetServiceRecord(record_id); });
  EXPECT_EQ(record->status_word, std::to_string(kThreads * kCallsEach));
}

}  // namespace
}  // namespace autopulse::callevents::contract
