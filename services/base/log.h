#pragma once

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

// One line per thing that happened: a constant message, then keys. Never a secret, a telephone
// number, a body or what was said.
//
//   LogInfo("event recorded", {{"call", "calls/15"}, {"outcome", "applied"}});
//
// prints `2026-01-31T12:00:00.000Z info event recorded call=calls/15 outcome=applied` to standard
// error. Values with spaces, quotes or other than ASCII are quoted, and what could drive a terminal
// is escaped, so that one record is one line whatever comes in. A line that standard error does not
// take is dropped, and how many were is said before the next one that it takes. Thread-safe.
namespace autopulse::callevents::base {

// A key and its value, which may be anything that absl::StrCat takes.
struct LogField {
  absl::string_view key;
  absl::AlphaNum value;
};

using LogFields = std::initializer_list<LogField>;

enum class LogLevel { kInfo, kWarning, kError };

// The least level that is printed; kInfo until set.
void SetLogLevel(LogLevel level);

void LogInfo(absl::string_view message, LogFields fields = {});
void LogWarning(absl::string_view message, LogFields fields = {});
void LogError(absl::string_view message, LogFields fields = {});

}  // namespace autopulse::callevents::base
