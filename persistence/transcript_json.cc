#include "persistence/transcript_json.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/time/time.h"

namespace autopulse::callevents::persistence {
namespace {

using nlohmann::json;

constexpr const char* kRole = "role";
constexpr const char* kContent = "content";
constexpr const char* kStartTime = "start_us";
constexpr const char* kEndTime = "end_us";
constexpr const char* kSecondsFromStart = "seconds_from_start";
constexpr const char* kDuration = "duration_ms";

json ToJson(const domain::TranscriptEntry& entry) {
  json object = {{kRole, entry.role},
                 {kContent, entry.content},
                 {kStartTime, absl::ToUnixMicros(entry.start_time)}};
  if (entry.end_time) object[kEndTime] = absl::ToUnixMicros(*entry.end_time);
  if (entry.seconds_from_start) object[kSecondsFromStart] = *entry.seconds_from_start;
  if (entry.duration_ms) object[kDuration] = *entry.duration_ms;
  return object;
}

domain::TranscriptEntry FromJson(const json& object) {
  domain::TranscriptEntry entry;
  entry.role = object.at(kRole).get<std::string>();
  entry.content = object.at(kContent).get<std::string>();
  entry.start_time = absl::FromUnixMicros(object.at(kStartTime).get<std::int64_t>());
  if (const auto it = object.find(kEndTime); it != object.end()) {
    entry.end_time = absl::FromUnixMicros(it->get<std::int64_t>());
  }
  if (const auto it = object.find(kSecondsFromStart); it != object.end()) {
    entry.seconds_from_start = it->get<double>();
  }
  if (const auto it = object.find(kDuration); it != object.end()) {
    entry.duration_ms = it->get<std::int64_t>();
  }
  return entry;
}

}  // namespace

absl::StatusOr<std::string> TranscriptToJson(const std::vector<domain::TranscriptEntry>& entries) {
  json array = json::array();
  for (const domain::TranscriptEntry& entry : entries) array.push_back(ToJson(entry));
  try {
    return array.dump();
  } catch (const json::exception&) {
    return absl::InvalidArgumentError("a transcript entry is not UTF-8");
  }
}

absl::StatusOr<std::vector<domain::TranscriptEntry>> TranscriptFromJson(const std::string& text) {
  std::vector<domain::TranscriptEntry> entries;
  try {
    for (const json& object : json::parse(text)) entries.push_back(FromJson(object));
  } catch (const json::exception&) {
    return absl::DataLossError("a transcript in call_event_transcript is damaged");
  }
  return entries;
}

}  // namespace autopulse::callevents::persistence
