#include "adapter/replay_command.h"

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/call_event_client.h"
#include "adapter/json_parser.h"
#include "adapter/service_settings.h"
#include "adapter/webhook_handler.h"
#include "services/base/clock.h"
#include "services/base/config.h"
#include "services/base/counters.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr char kProgram[] = "vapi-webhook-adapter";

struct CommandSettings {
  std::vector<std::string> files;
  ServiceSettings service;
  std::string unknown_calls = "reject";
  std::string log_level = "error";
};

std::optional<int> ReadSettings(int argc, const char* const* argv, CommandSettings& settings) {
  base::Settings parser(kProgram, "Handles recorded webhooks as if VAPI had posted them now.",
                        "A file holds one body, or one on each line; `-` is standard input.\n"
                        "Example:\n"
                        "  vapi-webhook-adapter replay export.jsonl");
  parser.AddWords("files", settings.files, "Files of bodies");
  AddServiceSettings(settings.service, parser);
  parser.AddChoice("unknown-calls", settings.unknown_calls, {"reject", "create"},
                   "What becomes of inbound calls that nobody registered");
  parser.AddChoice("log-level", settings.log_level, {"debug", "info", "warning", "error"},
                   "The least level that is logged");
  return parser.Parse(argc, argv);
}

// What became of the bodies, by HTTP status.
struct Tally {
  std::map<int, std::int64_t> answers;
  std::int64_t refused = 0;
};

void Replay(const std::string& where, absl::string_view body, const WebhookHandler& handler,
            Tally& tally) {
  if (absl::StripAsciiWhitespace(body).empty()) return;
  const HttpAnswer answer = handler.Handle(body);
  ++tally.answers[answer.status];
  if (answer.status < 300) return;
  ++tally.refused;
  std::cerr << where << ": " << answer.status << ' ' << answer.body << '\n';
}

// One body, pretty-printed perhaps, or JSON lines.
void ReplayStream(const std::string& name, std::istream& input, const WebhookHandler& handler,
                  Tally& tally) {
  const std::string text{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
  if (ParseJson(text).ok()) return Replay(name, text, handler, tally);
  int line_number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    Replay(absl::StrCat(name, ":", ++line_number), line, handler, tally);
  }
}

}  // namespace

int RunReplayCommand(int argc, const char* const* argv) {
  CommandSettings settings;
  if (const auto exit_code = ReadSettings(argc, argv, settings)) return *exit_code;
  if (settings.files.empty()) {
    std::cerr << kProgram << ": replay wants files\n";
    return base::kExitUsage;
  }
  base::SetLogLevel(settings.log_level);
  base::Counters counters;
  const auto client_options = ReadServiceSettings(settings.service);
  if (!client_options.ok()) {
    std::cerr << kProgram << ": " << client_options.status().message() << '\n';
    return ExitCodeFor(client_options.status());
  }
  const CallEventClient client(*client_options);
  const WebhookHandler handler(
      {.register_unknown_calls = settings.unknown_calls == "create"},
      [&client](const v1::ReportCallEventRequest& request) { return client.Report(request); },
      base::SystemClock(), counters);
  Tally tally;
  for (const std::string& name : settings.files) {
    if (name == "-") {
      ReplayStream(name, std::cin, handler, tally);
      continue;
    }
    std::ifstream file(name, std::ios::binary);
    if (!file) {
      std::cerr << kProgram << ": cannot read " << name << '\n';
      return base::kExitConfiguration;
    }
    ReplayStream(name, file, handler, tally);
  }
  for (const auto& [status, count] : tally.answers) std::cout << status << ' ' << count << '\n';
  return tally.refused > 0 ? base::kExitFailure : base::kExitOk;
}

}  // namespace autopulse::callevents::adapter
