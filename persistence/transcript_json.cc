#include "persistence/transcript_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
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

// Whether a text is the same in JSON as it is, quotes around it apart.
bool IsPlain(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

// Throws json::exception if the text is not UTF-8.
void Append(const char* name, const std::string& text, std::string& out) {
  if (IsPlain(text)) {
    absl::StrAppend(&out, "\"", name, "\":\"", text, "\",");
  } else {
    absl::StrAppend(&out, "\"", name, "\":", json(text).dump(), ",");
  }
}

void Append(const char* name, std::int64_t number, std::string& out) {
  absl::StrAppend(&out, "\"", name, "\":", number, ",");
}

// With as many digits as it takes to read the same number back.
void Append(const char* name, double number, std::string& out) {
  if (!std::isfinite(number)) return;
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  absl::StrAppend(&out, "\"", name, "\":");
  out.append(digits.data(), end);
  out.push_back(',');
}

// Piece by piece: a tree of what every report says costs more than to store it.
void Append(const domain::TranscriptEntry& entry, std::string& out) {
  out.push_back('{');
  Append(kRole, entry.role, out);
  Append(kContent, entry.content, out);
  Append(kStartTime, absl::ToUnixMicros(entry.start_time), out);
  if (entry.end_time) Append(kEndTime, absl::ToUnixMicros(*entry.end_time), out);
  if (entry.seconds_from_start) Append(kSecondsFromStart, *entry.seconds_from_start, out);
  if (entry.duration_ms) Append(kDuration, *entry.duration_ms, out);
  out.back() = '}';
  out.push_back(',');
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
  if (entries.empty()) return "[]";
  std::string out = "[";
  try {
    for (const domain::TranscriptEntry& entry : entries) Append(entry, out);
  } catch (const json::exception&) {
    return absl::InvalidArgumentError("a transcript entry is not UTF-8");
  }
  out.back() = ']';
  return out;
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
