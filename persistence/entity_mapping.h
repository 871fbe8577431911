#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "persistence/entities.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"
#include "services/domain/decimal.h"
#include "services/domain/fold.h"
#include "services/domain/service_record.h"
#include "services/domain/transition.h"

// Rows to values of the domain and back. The empty text of the domain is NULL.
namespace autopulse::callevents::persistence {

// Whole microseconds; what is less is dropped.
Timestamp ToEntity(absl::Time time);
std::optional<Timestamp> ToEntity(std::optional<absl::Time> time);

// Absent also where another program wrote something that is no time.
std::optional<absl::Time> FromEntity(const std::optional<Timestamp>& timestamp);

// The same for a column that is never NULL: what is unreadable there is 1970-01-01.
absl::Time FromEntity(Timestamp timestamp);

std::optional<Numeric> ToEntity(std::optional<domain::Decimal> decimal);
std::optional<domain::Decimal> FromEntity(const std::optional<Numeric>& numeric);

// NULL for an empty text, and an empty text for NULL.
std::optional<std::string> TextToEntity(const std::string& text);
std::string TextFromEntity(const std::optional<std::string>& text);

CallStateColumns ToEntity(const domain::CallState& state);
domain::CallState FromEntity(const CallStateColumns& columns);

CallRow ToEntity(const domain::Call& call);
domain::Call FromEntity(const CallRow& row);

CallBaseRow ToEntity(std::int64_t call_id, const domain::FoldState& base);
domain::FoldState FromEntity(const CallBaseRow& row);

CallFoldedAttemptRow ToEntity(std::int64_t call_id, const domain::Attempt& attempt);
domain::Attempt FromEntity(const CallFoldedAttemptRow& row);

ServiceRecordRow ToEntity(const domain::ServiceRecord& record);
domain::ServiceRecord FromEntity(const ServiceRecordRow& row);

// For an update: the columns that are left empty are readonly.
ServiceRecordRow ToEntity(const core::RecordedChanges::ServiceRecordStatus& change);

TranscriptRow ToEntity(std::int64_t call_id, const domain::TranscriptEntry& entry);
core::StoredTranscriptEntry FromEntity(const TranscriptRow& row);

CreationRequestRow ToEntity(const core::CreationRequest& request);
core::CreationRequest FromEntity(const CreationRequestRow& row);

}  // namespace autopulse::callevents::persistence
