#include "persistence/transcript_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
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

// The characters that a text in JSON has as they are.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain = {};
  for (std::size_t c = ' '; c <= '~'; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

bool IsPlain(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return kPlain[static_cast<unsigned char>(c)]; });
}

void AppendName(const char* name, std::string& out) {
  out += '"';
  out += name;
  out += "\":";
}

// Throws json::exception if the text is not UTF-8.
void Append(const char* name, const std::string& text, std::string& out) {
  AppendName(name, out);
  if (IsPlain(text)) {
    out += '"';
    out += text;
    out += "\",";
  } else {
    out += json(text).dump();
    out += ',';
  }
}

// With as many digits as it takes to read the same number back.
template <typename Number>
void AppendNumber(const char* name, Number number, std::string& out) {
  AppendName(name, out);
  std::array<char, 32> digits;  // NOLINT(*-member-init): what is read of it is written before
  const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += ',';
}

// Piece by piece: a tree of what every report says costs more than to store it.
void Append(const domain::TranscriptEntry& entry, std::string& out) {
  out += '{';
  Append(kRole, entry.role, out);
  Append(kContent, entry.content, out);
  AppendNumber(kStartTime, absl::ToUnixMicros(entry.start_time), out);
  if (entry.end_time) AppendNumber(kEndTime, absl::ToUnixMicros(*entry.end_time), out);
  if (entry.seconds_from_start && std::isfinite(*entry.seconds_from_start)) {
    AppendNumber(kSecondsFromStart, *entry.seconds_from_start, out);
  }
  if (entry.duration_ms) AppendNumber(kDuration, *entry.duration_ms, out);
  out.back() = '}';
  out += ',';
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
