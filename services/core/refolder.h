#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/base/clock.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"
#include "services/domain/outcome.h"
#include "services/domain/refold.h"

namespace autopulse::callevents::core {

// How calls are folded anew.
struct RefoldOptions {
  domain::RuleOptions rules = {};
  // Written although their value is none that events have written.
  domain::CallColumns overwritten = {};
  bool overwrites_transcript = false;
};

// A stored transcript against the one that the journal gives.
enum class TranscriptComparison { kSame, kWritten, kKept };

// A call whose rows are not what its journal gives.
struct RefoldedCall {
  std::int64_t call_id = 0;
  domain::CallState was;     // the row
  domain::CallState wanted;  // what the journal gives
  domain::RowComparison compared;
  TranscriptComparison transcript = TranscriptComparison::kSame;
  std::string transcript_event_id;  // the report that the journal gives it from
  std::size_t transcript_lines_were = 0;
  std::size_t transcript_lines_wanted = 0;
  std::optional<std::int64_t> service_record_id;  // that takes the status along [M1]

  // Whether anything is written.
  bool writes() const {
    return compared.written.any() || transcript == TranscriptComparison::kWritten;
  }
};

// Some calls that were looked at.
struct RefoldPage {
  std::vector<RefoldedCall> calls;  // those that differ, by id
  std::size_t seen = 0;             // of how many
  std::int64_t last_id = 0;         // of these; zero if there was none
};

// Brings rows to what their journals give under the rules as they are now. Of a row it writes only
// what events have written, so that what other programs wrote stays [O3]; a call without events is
// none of its business. Refolding again changes nothing. Thread-safe.
//
// Errors are those of the store.
class Refolder {
 public:
  Refolder(CallStore& store, RefoldOptions options, base::Clock clock);

  // Compares at most `limit` calls behind `after_id`, by id, and changes nothing.
  absl::StatusOr<RefoldPage> Compare(std::int64_t after_id, int limit);

  // Compares one call, and changes nothing. NOT_FOUND if there is none.
  absl::StatusOr<RefoldPage> CompareOne(std::int64_t call_id);

  // Refolds these calls, whose ids ascend, in one transaction, and returns those that were not what
  // their journals gave. Ids of no call are passed over.
  absl::StatusOr<std::vector<RefoldedCall>> Apply(const std::vector<std::int64_t>& call_ids);

 private:
  absl::StatusOr<std::optional<RefoldedCall>> CompareCall(CallReader& calls,
                                                          const domain::Call& call);
  absl::Status CompareTranscript(CallReader& calls, const domain::CallHistory& history,
                                 RefoldedCall& refolded);
  absl::Status Save(CallWriter& calls, domain::Call call, const RefoldedCall& refolded);

  CallStore& store_;
  const RefoldOptions options_;
  const base::Clock clock_;
};

}  // namespace autopulse::callevents::core
