#include "clients/cpp/callctl/arguments.h"

#include <cstdint>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace autopulse::callevents::callctl {
namespace {

constexpr absl::string_view kCalls = "calls/";
constexpr absl::string_view kServiceRecords = "serviceRecords/";

absl::StatusOr<std::string> ParseId(absl::string_view text, absl::string_view collection) {
  const absl::string_view id = absl::StripPrefix(text, collection);
  std::int64_t number = 0;
  const bool digits_only = id.find_first_not_of("0123456789") == absl::string_view::npos;
  if (!digits_only || !absl::SimpleAtoi(id, &number) || number <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no id: give a number, as in 15 or ", collection, "15"));
  }
  return absl::StrCat(number);
}

absl::StatusOr<std::string> ParseName(absl::string_view text, absl::string_view collection) {
  const absl::StatusOr<std::string> id = ParseId(text, collection);
  if (!id.ok()) return id.status();
  return absl::StrCat(collection, *id);
}

}  // namespace

absl::StatusOr<std::string> ParseCallName(absl::string_view text) {
  return ParseName(text, kCalls);
}

absl::StatusOr<std::string> ParseEventParent(absl::string_view text) {
  if (absl::StripPrefix(text, kCalls) == "-") return absl::StrCat(kCalls, "-");
  return ParseName(text, kCalls);
}

absl::StatusOr<std::string> ParseEventName(absl::string_view text) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(absl::StripPrefix(text, kCalls), absl::MaxSplits('/', 1));
  const absl::StatusOr<std::string> call = ParseCallName(parts.first);
  const absl::string_view event = absl::StripPrefix(parts.second, "events/");
  if (call.ok() && !event.empty() && !absl::StrContains(event, '/')) {
    return absl::StrCat(*call, "/events/", event);
  }
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no event: give its call and its id, as in 15/e1 or ", kCalls,
                   "15/events/e1"));
}

absl::StatusOr<std::string> ParseServiceRecordName(absl::string_view text) {
  return ParseName(text, kServiceRecords);
}

absl::StatusOr<std::string> ParseCallId(absl::string_view text) { return ParseId(text, kCalls); }

absl::StatusOr<std::string> ParseServiceRecordId(absl::string_view text) {
  return ParseId(text, kServiceRecords);
}

absl::StatusOr<google::protobuf::Timestamp> ParseTime(absl::string_view text) {
  absl::Time time;
  const bool parsed = absl::ParseTime(absl::RFC3339_full, text, &time, nullptr);
  const absl::Time first = absl::FromCivil(absl::CivilSecond(1), absl::UTCTimeZone());
  const absl::Time beyond = absl::FromCivil(absl::CivilSecond(10000), absl::UTCTimeZone());
  if (!parsed || time < first || time >= beyond) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no time: give RFC 3339, as in 2025-05-01T12:00:00Z"));
  }
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  const absl::Duration fraction = time - absl::FromUnixSeconds(timestamp.seconds());
  timestamp.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(fraction)));
  return timestamp;
}

absl::StatusOr<std::string> ParseTimeout(absl::string_view text) {
  absl::Duration timeout;
  if (!absl::ParseDuration(text, &timeout) || timeout <= absl::ZeroDuration() ||
      timeout > absl::Hours(24)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is no timeout: give up to 24h, as in 250ms, 5s or 1m30s"));
  }
  return std::string(text);
}

}  // namespace autopulse::callevents::callctl
