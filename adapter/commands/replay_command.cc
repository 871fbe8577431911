#include "adapter/commands/replay_command.h"

#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "adapter/dead_letters/dead_letter_export.h"
#include "adapter/dead_letters/dead_letter_replay.h"
#include "adapter/dead_letters/redaction.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/event_sink.h"
#include "adapter/delivery/undelivered.h"
#include "adapter/http/request.h"
#include "adapter/json/json_parser.h"
#include "adapter/json/json_tree.h"
#include "adapter/program.h"
#include "adapter/settings/service_settings.h"
#include "adapter/webhook_handler.h"
#include "services/base/clock.h"
#include "services/base/counters.h"
#include "services/base/log.h"
#include "services/base/process.h"
#include "services/base/progress_bar.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;

// What one run is told.
struct Told {
  std::vector<std::string> files;
  ServiceSettings service;
  bool force = false;
  bool dry_run = false;
  bool json = false;
  base::LogLevel log_level = base::LogLevel::kError;
};

// A body of a file, as a request whose answer is wanted at once.
class BodyExchange final : public http::Exchange {
 public:
  BodyExchange(absl::string_view body, HttpAnswer& answer)
      : request_{head_, body, peer_}, answer_(answer) {}

  const http::Request& request() const override { return request_; }
  void Answer(const HttpAnswer& answer) override { answer_ = answer; }
  bool may_block() const override { return true; }
  void Post(absl::AnyInvocable<void()> work) override { work(); }

 private:
  const http::RequestHead head_;
  const http::Address peer_;
  const http::Request request_;
  HttpAnswer& answer_;
};

// Sends events one by one; none in a dry run.
class ReplaySink final : public EventSink {
 public:
  ReplaySink(bool dry_run, const CallEventClient& client) : dry_run_(dry_run), client_(client) {}

  void Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) override {
    awaiting->OnDelivered(*request,
                          dry_run_ ? v1::ReportCallEventResponse() : client_.Report(*request));
  }
  void Flush() override {}

 private:
  const bool dry_run_;
  const CallEventClient& client_;
};

// Replays one stream of bodies after another and keeps count.
class Replay {
 public:
  Replay(const Told& told, const CallEventClient& client)
      : told_(told),
        client_(client),
        sink_(told.dry_run, client),
        handler_({.register_unknown_calls = told.service.register_unknown_calls}, sink_,
                 base::SystemClock(), counters_),
        progress_("replay", 0) {}

  // One body, over several lines perhaps, or JSON lines: those are read one at a time.
  void Stream(const std::string& name, std::istream& input) {
    std::string text;
    std::getline(input, text);
    if (!ParseJson(text).ok()) {
      text += '\n';
      text.append(std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>());
      if (ParseJson(text).ok()) return One(name, text);
    }
    std::istringstream lines(text);
    int line_number = 0;
    while (std::getline(lines, text)) One(absl::StrCat(name, ":", ++line_number), text);
    while (std::getline(input, text)) One(absl::StrCat(name, ":", ++line_number), text);
  }

  // What became of them, in all.
  void PrintTally() {
    progress_.Clear();
    if (told_.json) return;
    for (const auto& [outcome, count] : tally_) std::cout << outcome << ' ' << count << '\n';
  }

  bool failed() const { return failed_; }

 private:
  HttpAnswer Handle(absl::string_view body) {
    HttpAnswer answer;
    std::unique_ptr<http::Exchange> exchange = std::make_unique<BodyExchange>(body, answer);
    return handler_.Handle(exchange).value_or(answer);
  }

  void One(const std::string& where, absl::string_view body) {
    if (absl::StripAsciiWhitespace(body).empty()) return;
    const absl::StatusOr<JsonTree> json = ParseJson(body);
    absl::StatusOr<std::optional<DeadLetter>> letter = std::nullopt;
    if (json.ok()) letter = ImportDeadLetter(json->root());
    if (!letter.ok()) {
      Note(where, "failed", letter.status().message());
    } else if (letter->has_value()) {
      OneDeadLetter(where, **letter);
    } else {
      const HttpAnswer answer = Handle(body);
      Note(where, absl::StrCat(answer.status), answer.status < 300 ? "" : answer.body);
    }
    progress_.Advance();
  }

  void OneDeadLetter(const std::string& where, const DeadLetter& letter) {
    if (!told_.force && letter.reason == kReasonInvalidArgument) {
      return Note(where, "skipped", "");
    }
    if (told_.dry_run) return Note(where, "would be replayed", "");
    const absl::StatusOr<std::string> outcome = SendDeadLetter(
        letter,
        {.client = client_, .register_unknown_calls = told_.service.register_unknown_calls});
    Note(where, outcome.ok() ? *outcome : "failed", outcome.status().message());
  }

  // `error` is empty where nothing failed.
  void Note(const std::string& where, const std::string& outcome, absl::string_view error) {
    ++tally_[outcome];
    failed_ |= !error.empty();
    if (!told_.json && error.empty()) return;
    progress_.Clear();
    if (!told_.json) {
      std::cerr << where << ": " << outcome << ' ' << RedactText(error) << '\n';
      return;
    }
    std::string line = "{\"at\":";
    AppendJsonString(where, line);
    absl::StrAppend(&line, ",\"outcome\":\"", outcome, "\"");
    if (!error.empty()) AppendJsonMember("error", RedactText(error), line);
    std::cout << line << "}\n";
  }

  const Told& told_;
  const CallEventClient& client_;
  base::Counters counters_;
  ReplaySink sink_;
  const WebhookHandler handler_;
  base::ProgressBar progress_;
  std::map<std::string, std::int64_t> tally_;
  bool failed_ = false;
};

int Run(const Told& told) {
  base::SetLogLevel(told.log_level);
  const auto client_options = ReadServiceSettings(told.service);
  if (!client_options.ok()) return FailOnSettings(client_options.status());
  const CallEventClient client(*client_options);
  Replay replay(told, client);
  for (const std::string& name : told.files) {
    if (name == "-") {
      replay.Stream(name, std::cin);
      continue;
    }
    std::ifstream file(name, std::ios::binary);
    if (!file) return Fail(base::kExitConfiguration, absl::StrCat("cannot read ", name));
    replay.Stream(name, file);
  }
  replay.PrintTally();
  if (const absl::Status written = base::FlushStandardOutput(); !written.ok()) {
    return Fail(base::kExitFailure, written.message());
  }
  return replay.failed() ? base::kExitPartly : base::kExitOk;
}

}  // namespace

void AddReplayCommand(base::Settings& settings) {
  const auto told = std::make_shared<Told>();
  base::Settings& replay = settings.AddCommand(
      "replay", "Handle recorded webhooks as if VAPI had posted them now",
      "A file holds one body, or one on each line, or what `dead-letters export` wrote; `-` is "
      "standard input.\n"
      "Example:\n"
      "  vapi-webhook-adapter replay export.jsonl\n"
      "Exit codes: 0 success, 1 what became of them cannot be written, 2 wrong command line, "
      "3 a file cannot be read, 7 some were not recorded",
      [told] { return Run(*told); });
  replay.AddWords("FILE", told->files, "Files of bodies");
  replay.Require("FILE");
  AddServiceSettings(told->service, replay);
  replay.AddChosen("force", told->force,
                   "Send also those of an export that the service refused before");
  replay.AddChosen("dry-run", told->dry_run, "Read and translate, and send nothing");
  replay.AddOutput(told->json, "How many got which answer, or a JSON object for each");
  replay.AddLogLevel(told->log_level);
}

}  // namespace autopulse::callevents::adapter
