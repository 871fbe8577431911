#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "services/core/call_store.h"

// What every CallStore must do. A database joins in with
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, CallStoreContract, testing::Values(MakeSqliteStore));
//
// and by linking `call_store_contract`.
namespace autopulse::callevents::contract {

// Makes an empty store. It, and all it lies in, goes with the pointer.
using MakeStore = std::function<std::shared_ptr<core::CallStore>()>;

// 2026-01-31 12:00:00 UTC and so many microseconds.
absl::Time At(std::int64_t microseconds);

// A state in which everything is known and no two members are the same.
domain::CallState FullState();

// An event of `call_id` with all of its envelope filled in.
domain::RecordedEvent EventOf(std::int64_t call_id, const std::string& event_id,
                              domain::EventDetail detail = domain::StatusUpdate{});

// A report with everything in it, a transcript of two entries included.
domain::EndOfCallReport FullReport();

std::vector<domain::TranscriptEntry> TwoEntries();

// Saves one event, one base and so on. `InsertEvent` returns its sequence.
absl::StatusOr<std::int64_t> InsertEvent(core::CallWriter& writer,
                                         const domain::RecordedEvent& event);
absl::Status InsertBase(core::CallWriter& writer, std::int64_t call_id,
                        const domain::FoldState& base);
absl::Status UpdateCall(core::CallWriter& writer, const domain::Call& call);
absl::Status UpdateServiceRecordStatus(core::CallWriter& writer, std::int64_t id,
                                       const std::string& status_word, absl::Time update_time);
absl::Status ReplaceTranscript(core::CallWriter& writer, std::int64_t call_id,
                               const std::vector<domain::TranscriptEntry>& entries);

class CallStoreContract : public testing::TestWithParam<MakeStore> {
 protected:
  void SetUp() override { store_ = GetParam()(); }

  core::CallStore& store() { return *store_; }

  // What `read` returns in a transaction of its own.
  template <typename Get>
  auto Read(const Get& get) {
    decltype(get(std::declval<core::CallReader&>())) result = absl::UnknownError("never ran");
    const absl::Status status = store_->Read([&](core::CallReader& reader) {
      result = get(reader);
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return result;
  }

  // What `write` returns in a transaction of its own, committed if that is OK.
  template <typename Put>
  auto Write(const Put& put) {
    decltype(put(std::declval<core::CallWriter&>())) result = absl::UnknownError("never ran");
    store_
        ->Write([&](core::CallWriter& writer) {
          result = put(writer);
          return StatusOf(result);
        })
        .IgnoreError();  // the same as that of `result`
    return result;
  }

  std::int64_t AddCall(const domain::Call& call = {});
  std::int64_t AddServiceRecord(const domain::ServiceRecord& record = {});
  std::int64_t AddEvent(const domain::RecordedEvent& event);

  // Remembers that `request_id`, with the digest "digest", created what is called `name`.
  void AddCreation(const std::string& request_id, const std::string& name);

  // Remembers three: of `collection`'s `id`, of its next, and of the same id of `other`.
  void AddCreations(const std::string& collection, const std::string& other, std::int64_t id);

  // That the digest of the first of the three is dropped and those of the others are not.
  void ExpectOnlyItsDigestDropped();

  // The digest that is remembered with a creation; fails the test if there is none.
  std::string DigestOf(const std::string& request_id);

  // The call as it is stored; fails the test if there is none.
  domain::Call GetCall(std::int64_t call_id);

  // The ids of the calls that `query` selects; of one page, or of all of them one after the other.
  std::vector<std::int64_t> ListCalls(const core::CallQuery& query);
  std::vector<std::int64_t> ListAllPages(core::CallQuery query);

  // The ids of the calls for which one condition holds.
  std::vector<std::int64_t> Select(core::CallField field, core::Comparison comparison,
                                   decltype(core::CallCondition::value) value);

  // The event as it is stored; fails the test if there is none.
  domain::RecordedEvent FindEvent(std::int64_t call_id, const std::string& event_id);

  // Stores an event of a new call with this detail and reads it back.
  template <typename Detail>
  Detail Stored(const Detail& detail) {
    const std::int64_t call_id = AddCall();
    AddEvent(EventOf(call_id, "e1", detail));
    const domain::RecordedEvent event = FindEvent(call_id, "e1");
    const auto* stored = std::get_if<Detail>(&event.event.detail);
    EXPECT_NE(stored, nullptr);
    return stored != nullptr ? *stored : Detail{};
  }

 private:
  static absl::Status StatusOf(const absl::Status& status) { return status; }
  template <typename T>
  static absl::Status StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }

  std::shared_ptr<core::CallStore> store_;
};

}  // namespace autopulse::callevents::contract
