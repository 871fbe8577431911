#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "services/base/limits.h"
#include "tests/contract/call_store_contract.h"

namespace autopulse::callevents::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST_P(CallStoreContract, CallIsReadBackAsItWasInserted) {  // R3: the cost is exact
  domain::Call call;
  call.id = 15;
  call.service_record_id = AddServiceRecord();
  call.customer_number = "+491701234567";
  call.direction = "outbound";
  call.create_time = At(7);
  call.update_time = At(8);
  call.state = FullState();
  EXPECT_EQ(AddCall(call), 15);
  const domain::Call stored = GetCall(15);
  EXPECT_EQ(stored.id, 15);
  EXPECT_EQ(stored.service_record_id, call.service_record_id);
  EXPECT_EQ(stored.customer_number, call.customer_number);
  EXPECT_EQ(stored.direction, call.direction);
  EXPECT_EQ(stored.create_time, call.create_time);
  EXPECT_EQ(stored.update_time, call.update_time);
  EXPECT_TRUE(stored.state == call.state);
}

domain::Call CallOf(std::int64_t id) {
  domain::Call call;
  call.id = id;
  return call;
}

TEST_P(CallStoreContract, CallsOfSeveralIdsAreThoseThatThereAre) {
  const std::int64_t first = AddCall({});
  const std::int64_t second = AddCall({});
  AddCall({});
  const auto ids_of = [&](const std::vector<std::int64_t>& wanted) {
    std::set<std::int64_t> ids;
    const auto found = Read([&](core::CallReader& reader) { return reader.GetCalls(wanted); });
    for (const domain::Call& call : *found) ids.insert(call.id);
    return ids;
  };
  EXPECT_THAT(ids_of({first, 99, second}), ElementsAre(first, second));
  EXPECT_THAT(ids_of({}), IsEmpty());
}

TEST_P(CallStoreContract, ALargeIdThatWasChosenLeavesTheCountingAsItIs) {
  const std::int64_t first = AddCall();
  for (const std::int64_t id :
       {std::numeric_limits<std::int64_t>::max(), base::kLargestCountedId + 1}) {
    EXPECT_EQ(AddCall(CallOf(id)), id);
  }
  EXPECT_EQ(AddCall(), first + 1);
}

TEST_P(CallStoreContract, NoIdThatMayBeChosenUsesUpThoseThatAreGiven) {
  AddCall(CallOf(base::kLargestCountedId + 1));
  AddCall(CallOf(base::kLargestChosenCountedId));
  EXPECT_EQ(AddCall(), base::kLargestChosenCountedId + 1);
  EXPECT_EQ(AddCall(), base::kLargestChosenCountedId + 2);
}

TEST_P(CallStoreContract, BehindTheLargestCountedIdThereIsNoNextOne) {
  AddCall(CallOf(base::kLargestCountedId - 1));
  EXPECT_EQ(AddCall(), base::kLargestCountedId);
  const auto none = Write([](core::CallWriter& writer) { return writer.InsertCall({}); });
  EXPECT_TRUE(absl::IsFailedPrecondition(none.status())) << none.status();
}

TEST_P(CallStoreContract, CallsAreCounted) {
  const auto count = [&] {
    return Read([](core::CallReader& reader) { return reader.CountCalls(); }).value();
  };
  EXPECT_EQ(count(), 0);
  AddCall();
  AddCall();
  EXPECT_EQ(count(), 2);
}

TEST_P(CallStoreContract, WhatIsAbsentStaysAbsent) {
  const domain::Call stored = GetCall(AddCall());
  EXPECT_EQ(stored.service_record_id, std::nullopt);
  EXPECT_EQ(stored.customer_number, "");
  EXPECT_EQ(stored.direction, "");
  EXPECT_EQ(stored.create_time, std::nullopt);
  EXPECT_EQ(stored.update_time, std::nullopt);
  EXPECT_TRUE(stored.state == domain::CallState());
}

TEST_P(CallStoreContract, CallWithoutIdGetsTheNextFreeOne) {
  domain::Call call;
  call.id = 41;
  AddCall(call);
  EXPECT_EQ(AddCall(), 42);
  EXPECT_EQ(AddCall(), 43);
}

TEST_P(CallStoreContract, UnknownCallIsNotFoundByItsNumber) {  // E1
  const auto call = Read([](core::CallReader& reader) { return reader.GetCall(15); });
  EXPECT_EQ(call.status(), absl::NotFoundError("call 15 not found"));
}

TEST_P(CallStoreContract, TakenCallIdAlreadyExists) {
  domain::Call call;
  call.id = AddCall();
  const auto again = Write([&](core::CallWriter& writer) { return writer.InsertCall(call); });
  EXPECT_TRUE(absl::IsAlreadyExists(again.status())) << again.status();
}

TEST_P(CallStoreContract, CallOfUnknownServiceRecordIsNotFound) {
  domain::Call call;
  call.service_record_id = 99;
  const auto id = Write([&](core::CallWriter& writer) { return writer.InsertCall(call); });
  EXPECT_TRUE(absl::IsNotFound(id.status())) << id.status();
}

TEST_P(CallStoreContract, UpdateWritesStateAndUpdateTimeAndNothingElse) {
  domain::Call call;
  call.customer_number = "+49170";
  call.create_time = At(1);
  call.id = AddCall(call);
  domain::Call update;
  update.id = call.id;
  update.state = FullState();
  update.update_time = At(9);
  EXPECT_TRUE(Write([&](core::CallWriter& writer) { return UpdateCall(writer, update); }).ok());
  const domain::Call stored = GetCall(call.id);
  EXPECT_TRUE(stored.state == FullState());
  EXPECT_EQ(stored.update_time, At(9));
  EXPECT_EQ(stored.customer_number, "+49170");
  EXPECT_EQ(stored.create_time, At(1));
}

TEST_P(CallStoreContract, UpdateOfUnknownCallIsNotFound) {
  domain::Call call;
  call.id = 15;
  const auto status = Write([&](core::CallWriter& writer) { return UpdateCall(writer, call); });
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
}

TEST_P(CallStoreContract, CallsAreFoundByTheProvidersIdsInTheirRowsOrTheirEvents) {
  domain::Call call;
  call.state.provider_call_id = "0197-a";
  AddCall(call);
  const std::int64_t newest = AddCall(call);
  call.state.provider_call_id = "0197-c";
  const std::int64_t by_event = AddCall(call);
  domain::RecordedEvent event = EventOf(by_event, "e1");
  event.event.provider_call_id = "0197-b";  // O5: the row shows a later one
  AddEvent(event);
  AddCall();
  const auto found = Read([](core::CallReader& reader) {
    return reader.FindCalls({"0197-b", "unknown", "0197-a"});
  });
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(*found, ElementsAre(by_event, std::nullopt, newest));
}

// Whichever of the two shows it.
TEST_P(CallStoreContract, OfSeveralCallsOfAProvidersIdTheNewestIsFound) {
  domain::Call call;
  call.state.provider_call_id = "0197-a";
  for (const bool newest_by_event : {true, false}) {
    const std::int64_t first = AddCall(newest_by_event ? call : domain::Call());
    const std::int64_t second = AddCall(newest_by_event ? domain::Call() : call);
    domain::RecordedEvent event = EventOf(newest_by_event ? second : first, "e1");
    event.event.provider_call_id = "0197-a";
    AddEvent(event);
    const auto found = Read([](core::CallReader& reader) { return reader.FindCalls({"0197-a"}); });
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT(*found, ElementsAre(second));
  }
}

TEST_P(CallStoreContract, LongTranscriptIsStoredWholeAndInItsOrder) {  // O4
  const std::int64_t call_id = AddCall();
  std::vector<domain::TranscriptEntry> entries(700);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].role = "human";
    entries[i].content = std::to_string(i);
    entries[i].start_time = At(0);
  }
  EXPECT_TRUE(Write([&](core::CallWriter& writer) {
                return ReplaceTranscript(writer, call_id, entries);
              }).ok());
  const auto stored =
      Read([&](core::CallReader& reader) { return reader.ListTranscript(call_id, 0, 1000); });
  ASSERT_EQ(stored->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) EXPECT_EQ((*stored)[i].entry, entries[i]);
}

TEST_P(CallStoreContract, ServiceRecordIsReadBackAsItWasInserted) {
  domain::ServiceRecord record;
  record.customer_name = "Ada Lovelace";
  record.customer_phone = "+49170";
  record.vehicle_info = "VW Golf";
  record.service_type = "inspection";
  record.status_word = "Waiting";
  record.appointment_time = At(1);
  record.create_time = At(2);
  record.update_time = At(3);
  record.id = AddServiceRecord(record);
  const auto stored =
      Read([&](core::CallReader& reader) { return reader.GetServiceRecord(record.id); });
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->id, record.id);
  EXPECT_EQ(stored->customer_name, "Ada Lovelace");
  EXPECT_EQ(stored->customer_phone, "+49170");
  EXPECT_EQ(stored->vehicle_info, "VW Golf");
  EXPECT_EQ(stored->service_type, "inspection");
  EXPECT_EQ(stored->status_word, "Waiting");
  EXPECT_EQ(stored->appointment_time, At(1));
  EXPECT_EQ(stored->create_time, At(2));
  EXPECT_EQ(stored->update_time, At(3));
}

TEST_P(CallStoreContract, StatusOfServiceRecordIsWrittenAlone) {  // M1
  domain::ServiceRecord record;
  record.customer_name = "Ada Lovelace";
  record.appointment_time = At(1);
  const std::int64_t id = AddServiceRecord(record);
  EXPECT_TRUE(Write([&](core::CallWriter& writer) {
                return UpdateServiceRecordStatus(writer, id, "Completed", At(5));
              }).ok());
  const auto stored = Read([&](core::CallReader& reader) { return reader.GetServiceRecord(id); });
  EXPECT_EQ(stored->status_word, "Completed");
  EXPECT_EQ(stored->update_time, At(5));
  EXPECT_EQ(stored->customer_name, "Ada Lovelace");
  EXPECT_EQ(stored->appointment_time, At(1));
}

TEST_P(CallStoreContract, StatusOfUnknownServiceRecordChangesNothing) {
  EXPECT_TRUE(Write([](core::CallWriter& writer) {
                return UpdateServiceRecordStatus(writer, 99, "Completed", At(5));
              }).ok());
  const auto stored = Read([](core::CallReader& reader) { return reader.GetServiceRecord(99); });
  EXPECT_TRUE(absl::IsNotFound(stored.status())) << stored.status();
}

TEST_P(CallStoreContract, ServiceRecordsAreListedLargestIdFirst) {
  for (int i = 0; i < 4; ++i) AddServiceRecord();
  const auto page = Read([](core::CallReader& reader) { return reader.ListServiceRecords(4, 2); });
  const auto all =
      Read([](core::CallReader& reader) { return reader.ListServiceRecords(std::nullopt, 10); });
  ASSERT_EQ(page->size(), 2U);
  EXPECT_EQ(page->front().id, 3);
  EXPECT_EQ(page->back().id, 2);
  EXPECT_EQ(all->size(), 4U);
}

TEST_P(CallStoreContract, TranscriptIsReplacedAsAWhole) {  // O4
  const std::int64_t call_id = AddCall();
  const std::int64_t other_id = AddCall();
  const auto replace = [&](std::int64_t id, std::vector<domain::TranscriptEntry> entries) {
    EXPECT_TRUE(Write([&](core::CallWriter& writer) {
                  return ReplaceTranscript(writer, id, entries);
                }).ok());
  };
  const auto list = [&](std::int64_t id, std::int64_t after, int limit) {
    return Read([&](core::CallReader& reader) { return reader.ListTranscript(id, after, limit); })
        .value();
  };
  replace(other_id, TwoEntries());
  replace(call_id, {TwoEntries()[1]});
  replace(call_id, TwoEntries());
  const auto lines = list(call_id, 0, 10);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].entry, TwoEntries()[0]);
  EXPECT_EQ(lines[1].entry, TwoEntries()[1]);
  EXPECT_EQ(list(call_id, 0, 1).size(), 1U);
  EXPECT_EQ(list(call_id, lines[0].id, 10).front().id, lines[1].id);
  replace(call_id, {});
  EXPECT_THAT(list(call_id, 0, 10), IsEmpty());
  EXPECT_EQ(list(other_id, 0, 10).size(), 2U);
}

TEST_P(CallStoreContract, CreationIsRememberedUntilItIsForgotten) {
  const auto insert = [&](const std::string& request_id, absl::Time time, absl::Time forget) {
    EXPECT_TRUE(Write([&](core::CallWriter& writer) {
                  return writer.InsertCreation({request_id, "digest", "calls/15", time}, forget);
                }).ok());
  };
  const auto find = [&](const std::string& request_id) {
    return Read([&](core::CallReader& reader) { return reader.FindCreation(request_id); }).value();
  };
  insert("first", At(1), At(0));
  ASSERT_TRUE(find("first").has_value());
  EXPECT_EQ(find("first")->digest, "digest");
  EXPECT_EQ(find("first")->name, "calls/15");
  EXPECT_EQ(find("first")->create_time, At(1));
  insert("second", At(3), At(2));
  EXPECT_FALSE(find("first").has_value());
  EXPECT_TRUE(find("second").has_value());
}

}  // namespace
}  // namespace autopulse::callevents::contract
