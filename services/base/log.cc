#include "services/base/log.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/strings/str_replace.h"
#include "services/base/outputs.h"
#include "services/base/terminal_text.h"
#include "spdlog/pattern_formatter.h"
#include "spdlog/sinks/base_sink.h"
#include "spdlog/spdlog.h"

namespace autopulse::callevents::base {
namespace {

constexpr std::size_t kUsualLineBytes = 256;

bool NeedsQuotes(absl::string_view value) {
  if (value.empty()) return true;
  for (const char sign : value) {
    const auto c = static_cast<unsigned char>(sign);
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c >= '\x7f') return true;
  }
  return false;
}

std::string Quoted(absl::string_view value) {
  const std::string inside = absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}});
  return absl::StrCat("\"", EscapeForTerminal(inside), "\"");
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

std::string Text(absl::string_view message, LogFields fields) {
  std::string line;
  line.reserve(kUsualLineBytes);
  absl::StrAppend(&line, message);
  for (const LogField& field : fields) {
    const absl::string_view value = field.value.Piece();
    if (NeedsQuotes(value)) {
      absl::StrAppend(&line, " ", field.key, "=", Quoted(value));
    } else {
      absl::StrAppend(&line, " ", field.key, "=", value);
    }
  }
  return line;
}

// Writes to standard error. What that does not take is dropped, and the next line that it takes
// comes after one that says how many were.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& line) override {
    if (!SayWhatWasDropped() || !Write(line)) ++dropped_;
  }
  void flush_() override {}

 private:
  bool SayWhatWasDropped() {
    if (dropped_ == 0) return true;
    const std::string text = Text("log lines dropped", {{"count", dropped_}});
    if (!Write({"", spdlog::level::warn, text})) return false;
    dropped_ = 0;
    return true;
  }

  bool Write(const spdlog::details::log_msg& line) {
    spdlog::memory_buf_t text;
    if (in_line_) text.push_back('\n');
    formatter_->format(line, text);
    const std::size_t taken = WriteToStandardError({text.data(), text.size()});
    if (taken == 0) return false;
    in_line_ = taken < text.size();
    return !in_line_;
  }

  std::int64_t dropped_ = 0;
  bool in_line_ = false;  // only a part of the last one was taken
};

// Never destroyed: threads may still log while the process ends.
spdlog::logger& Logger() {
  static spdlog::logger& logger = *[] {
    auto made = std::make_unique<spdlog::logger>("autopulse", std::make_shared<Sink>());
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    return made.release();
  }();
  return logger;
}

void Log(LogLevel log_level, absl::string_view message, LogFields fields) {
  const spdlog::level::level_enum level = SpdlogLevel(log_level);
  if (Logger().should_log(level)) Logger().log(level, spdlog::string_view_t(Text(message, fields)));
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
