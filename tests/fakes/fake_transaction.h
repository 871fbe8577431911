#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "services/core/call_store.h"
#include "tests/fakes/fake_tables.h"

namespace autopulse::callevents::fakes {

// Reads and writes of `tables`, which it does not own.
class FakeTransaction : public core::CallWriter {
 public:
  explicit FakeTransaction(FakeTables& tables) : tables_(tables) {}

  absl::StatusOr<domain::Call> GetCall(std::int64_t call_id) override;
  absl::StatusOr<std::vector<domain::Call>> GetCalls(
      const std::vector<std::int64_t>& call_ids) override;
  absl::StatusOr<std::vector<domain::Call>> ListCalls(const core::CallQuery& query) override;
  absl::StatusOr<std::int64_t> CountCalls() override;
  absl::StatusOr<std::vector<std::optional<std::int64_t>>> FindCalls(
      const std::vector<std::string>& provider_call_ids) override;
  absl::StatusOr<domain::ServiceRecord> GetServiceRecord(std::int64_t id) override;
  absl::StatusOr<std::vector<domain::ServiceRecord>> ListServiceRecords(
      std::optional<std::int64_t> before_id, int limit) override;
  absl::StatusOr<std::optional<domain::RecordedEvent>> FindLastChange(
      std::int64_t call_id) override;
  absl::StatusOr<std::vector<domain::RecordedEvent>> ListEvents(std::int64_t call_id,
                                                                std::int64_t after_sequence,
                                                                int limit) override;
  absl::StatusOr<std::vector<domain::RecordedEvent>> ListAllEvents(std::int64_t after_sequence,
                                                                   int limit) override;
  absl::StatusOr<core::JournalMark> MarkJournal() override;
  absl::StatusOr<std::vector<domain::RecordedEvent>> FindEvents(
      const std::vector<core::EventKey>& keys) override;
  absl::StatusOr<std::vector<std::optional<domain::CallHistory>>> FindHistories(
      const std::vector<std::int64_t>& call_ids) override;
  absl::StatusOr<std::vector<domain::TranscriptEntry>> ReportedTranscript(
      std::int64_t call_id, const std::string& event_id) override;
  absl::StatusOr<std::vector<core::StoredTranscriptEntry>> ListTranscript(std::int64_t call_id,
                                                                          std::int64_t after_id,
                                                                          int limit) override;
  absl::StatusOr<std::vector<std::int64_t>> FindExpired(absl::Time before, std::int64_t after_id,
                                                        int limit) override;
  absl::StatusOr<std::int64_t> FindProgress(const std::string& task) override;
  absl::StatusOr<std::optional<core::CreationRequest>> FindCreation(
      const std::string& request_id) override;

  absl::Status Isolated(const std::function<absl::Status()>& work) override;
  absl::StatusOr<core::LockedCalls> LockCalls(const core::CallsToLock& wanted) override;
  absl::StatusOr<std::optional<std::int64_t>> DataVersion() override {
    return tables_.data_version;
  }
  absl::Status LockProviderCalls(const std::vector<std::string>&) override {
    return absl::OkStatus();
  }
  absl::StatusOr<std::int64_t> InsertServiceRecord(const domain::ServiceRecord& record) override;
  absl::StatusOr<std::int64_t> InsertCall(const domain::Call& call) override;
  absl::StatusOr<std::vector<std::int64_t>> Save(const core::RecordedChanges& changes) override;
  absl::Status InsertCreation(const core::CreationRequest& request,
                              absl::Time forget_before) override;
  absl::Status ForgetEvents(std::int64_t call_id, absl::Time forget_time) override;
  absl::Status SaveFolded(std::int64_t call_id, const domain::CallHistory& history) override;
  absl::Status EraseCall(std::int64_t call_id, absl::Time erase_time) override;
  absl::Status EraseServiceRecord(std::int64_t id, absl::Time update_time) override;
  absl::Status SaveProgress(const std::string& task, std::int64_t sequence) override;

 private:
  const domain::RecordedEvent* FindStored(std::int64_t call_id, const std::string& event_id) const;
  std::optional<domain::CallHistory> FindHistory(std::int64_t call_id) const;
  absl::StatusOr<std::int64_t> InsertEvent(const core::NewEvent& event);
  absl::Status UpdateCall(const domain::Call& call);
  void ReplaceTranscript(const core::RecordedChanges::Transcript& transcript);

  FakeTables& tables_;
};

}  // namespace autopulse::callevents::fakes
