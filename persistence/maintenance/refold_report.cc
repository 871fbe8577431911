#include "persistence/maintenance/refold_report.h"

#include <array>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "persistence/entity_mapping.h"
#include "persistence/maintenance/call_columns.h"
#include "persistence/timestamp_text.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::persistence::maintenance {
namespace {

std::string Shown(const std::optional<std::string>& text) { return text.value_or("none"); }

std::string Shown(const std::optional<Timestamp>& time) {
  return time ? TimestampText(*time).str() : "none";
}

std::string Shown(const std::optional<std::int64_t>& number) {
  return number ? absl::StrCat(*number) : "none";
}

// For what is personal, or lets anybody in who reads it.
std::string Length(const std::optional<std::string>& text) {
  return text ? absl::StrCat("(", text->size(), " bytes)") : "none";
}

// The values of a row, by the places of `kCallColumnNames`.
std::array<std::string, kCallColumnNames.size()> ShownValues(const domain::CallState& state) {
  const CallStateColumns row = ToEntity(state);
  // As many as are written down: fewer than there are columns do not compile.
  return std::to_array<std::string>(
      {row.status, Shown(row.start_time), Shown(row.end_time), Shown(row.duration_sec),
       Shown(row.duration_ms), Length(row.recording_url), Shown(row.recording_expire_time),
       Shown(row.vapi_call_id), Shown(row.ended_reason),
       state.cost ? domain::ToString(*state.cost) : "none", Shown(row.outcome),
       Length(row.analysis_summary), Length(row.analysis_success_evaluation),
       Length(row.analysis_structured_data)});
}

// `column: old -> new` for each of `columns`.
std::vector<std::string> Differences(const core::RefoldedCall& call,
                                     const domain::CallColumns& columns, const char* between) {
  std::vector<std::string> differences;
  const auto was = ShownValues(call.was);
  const auto wanted = ShownValues(call.wanted);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns.test(i)) continue;
    differences.push_back(absl::StrCat(kCallColumnNames[i], ": ", was[i], between, wanted[i]));
  }
  return differences;
}

std::string TranscriptDifference(const core::RefoldedCall& call, const char* between) {
  return absl::StrCat("transcript: ", call.transcript_lines_were, " lines", between,
                      call.transcript_lines_wanted, " lines");
}

std::string Line(const core::RefoldedCall& call, const char* verb,
                 const std::vector<std::string>& differences) {
  if (differences.empty()) return "";
  return absl::StrCat(core::CallName(call.call_id), verb, absl::StrJoin(differences, ", "));
}

}  // namespace

std::string WrittenLine(const core::RefoldedCall& call) {
  constexpr const char* kBetween = " -> ";
  std::vector<std::string> differences = Differences(call, call.compared.written, kBetween);
  if (call.transcript == core::TranscriptComparison::kWritten) {
    differences.push_back(TranscriptDifference(call, kBetween));
  }
  if (call.service_record_id) {
    differences.push_back(absl::StrCat(core::ServiceRecordName(*call.service_record_id), " too"));
  }
  return Line(call, " ", differences);
}

std::string KeptLine(const core::RefoldedCall& call) {
  constexpr const char* kBetween = ", journal ";
  std::vector<std::string> differences = Differences(call, call.compared.kept, kBetween);
  if (call.transcript == core::TranscriptComparison::kKept) {
    differences.push_back(TranscriptDifference(call, kBetween));
  }
  return Line(call, " keeps ", differences);
}

void RefoldTally::Add(const core::RefoldedCall& call) {
  const domain::CallColumns& kept = call.compared.kept;
  if (call.writes()) ++changed_;
  if (kept.any() || call.transcript == core::TranscriptComparison::kKept) ++keeping_;
  for (std::size_t i = 0; i < kCallColumnNames.size(); ++i) {
    written_[i] += call.compared.written.test(i) ? 1 : 0;
    kept_[i] += kept.test(i) ? 1 : 0;
  }
  written_.back() += call.transcript == core::TranscriptComparison::kWritten ? 1 : 0;
  kept_.back() += call.transcript == core::TranscriptComparison::kKept ? 1 : 0;
}

std::string RefoldTally::Listed(const Counts& counts) {
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    listed.push_back(absl::StrCat(i < kCallColumnNames.size() ? kCallColumnNames[i] : "transcript",
                                  " ", counts[i]));
  }
  return listed.empty() ? "" : absl::StrCat(": ", absl::StrJoin(listed, ", "));
}

std::string RefoldTally::Summary(const std::string& verb) const {
  std::string summary =
      absl::StrCat(changed_, " of ", seen_, " calls ", verb, Listed(written_), "\n");
  if (keeping_ > 0) {
    absl::StrAppend(&summary, keeping_,
                    " calls keep values that no event has written, see --overwrite", Listed(kept_),
                    "\n");
  }
  return summary;
}

}  // namespace autopulse::callevents::persistence::maintenance
