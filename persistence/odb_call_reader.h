#pragma once

#include <cstdint>
#include <odb/database.hxx>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "persistence/database.h"
#include "persistence/odb_errors.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence {

// How OdbCallWriter reads. No reader by itself, but that writer's base: of core::CallWriter it has
// what is core::CallReader's, and leaves the rest to OdbCallWriter. Lives within the thread's
// current transaction.
class OdbCallReader : public core::CallWriter {
 public:
  explicit OdbCallReader(Database& kind) : kind_(kind), database_(kind.database()) {}

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

 protected:
  // Returns what `body` returns, or the status of what it throws. If that ends the transaction, it
  // is remembered, so that nothing is committed even if whoever asked does not pass the error on.
  template <typename Body>
  auto Run(const Body& body) -> decltype(body()) {
    return RunGroup([&] {
      kind_.EnsureBegun();
      return body();
    });
  }

  // The same for what begins the transaction by itself.
  template <typename Body>
  auto RunGroup(const Body& body) -> decltype(body()) {
    try {
      return body();
    } catch (...) {
      absl::Status status = StatusOfCurrentException();
      if (EndsTransaction(status)) transaction_status_ = status;
      return status;
    }
  }

  // F1: adds what the events of each call have come to that are folded away.
  void AddFoldedAttempts(const std::vector<std::int64_t>& call_ids,
                         std::vector<std::optional<domain::CallHistory>>& histories);

  Database& kind_;
  odb::database& database_;
  absl::Status transaction_status_;
};

}  // namespace autopulse::callevents::persistence
