#include "services/base/log.h"

#include <cstddef>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace autopulse::callevents::base {
namespace {

constexpr std::size_t kUsualLineBytes = 256;

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("autopulse",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

bool NeedsQuotes(absl::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == '\x7f') return true;
  }
  return false;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      break;
  }
  return spdlog::level::err;
}

void Log(LogLevel log_level, absl::string_view message, LogFields fields) {
  const spdlog::level::level_enum level = SpdlogLevel(log_level);
  if (!Logger().should_log(level)) return;
  std::string line;
  line.reserve(kUsualLineBytes);
  absl::StrAppend(&line, message);
  for (const LogField& field : fields) {
    const absl::string_view value = field.value.Piece();
    if (NeedsQuotes(value)) {
      absl::StrAppend(&line, " ", field.key, "=\"", absl::Utf8SafeCEscape(value), "\"");
    } else {
      absl::StrAppend(&line, " ", field.key, "=", value);
    }
  }
  Logger().log(level, spdlog::string_view_t(line));
}

}  // namespace

void SetLogLevel(LogLevel level) { Logger().set_level(SpdlogLevel(level)); }

void LogInfo(absl::string_view message, LogFields fields) { Log(LogLevel::kInfo, message, fields); }
void LogWarning(absl::string_view message, LogFields fields) {
  Log(LogLevel::kWarning, message, fields);
}
void LogError(absl::string_view message, LogFields fields) {
  Log(LogLevel::kError, message, fields);
}

}  // namespace autopulse::callevents::base
