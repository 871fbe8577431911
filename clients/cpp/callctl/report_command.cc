#include "clients/cpp/callctl/report_command.h"

#include <unistd.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/event_file.h"
#include "clients/cpp/callctl/event_reporter.h"
#include "clients/cpp/callctl/words.h"

namespace autopulse::callevents::callctl {
namespace {

// Either a file, or a call and what happened to it.
struct ReportOptions {
  std::string file;
  std::string call;
  std::string status_word;
  std::string event_id;
  std::string time;
  std::string provider_call_id;
};

// An event from the command line has no provider's id. Two commands are two events, so it is
// random.
std::string RandomEventId() {
  std::random_device random;
  const auto digits = [&random] { return static_cast<std::uint32_t>(random()); };
  return absl::StrFormat("callctl-%08x%08x", digits(), digits());
}

absl::StatusOr<v1::ReportCallEventRequest> EventOf(const ReportOptions& options) {
  v1::ReportCallEventRequest request;
  request.set_parent(options.call);
  request.set_event_id(options.event_id.empty() ? RandomEventId() : options.event_id);
  v1::CallEvent& event = *request.mutable_event();
  event.set_provider_call_id(options.provider_call_id);
  const auto call_status = ParseCallStatus(options.status_word);
  if (!call_status.ok()) return call_status.status();
  event.mutable_status_update()->set_status(*call_status);
  if (!options.time.empty()) {
    const auto time = ParseTime(options.time);
    if (!time.ok()) return time.status();
    *event.mutable_event_time() = *time;
  }
  return request;
}

absl::StatusOr<ExitCode> ReportFromCommandLine(Session& session, const ReportOptions& options) {
  const auto event = EventOf(options);
  if (!event.ok()) return event.status();
  absl::StatusOr<ExitCode> exit_code = ReportOne(session, *event);
  if (!exit_code.ok() && ExitCodeFor(exit_code.status()) == ExitCode::kUnavailable) {
    session.err << "callctl: the event may have been recorded; repeat the command with --event-id="
                << event->event_id() << '\n';
  }
  return exit_code;
}

absl::StatusOr<ExitCode> ReportFromFile(Session& session, const std::string& path) {
  const absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) return content.status();
  const auto events = ParseEvents(*content);
  if (!events.ok()) {
    const std::string name = path == "-" ? "standard input" : path;
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", events.status().message()));
  }
  return events->size() == 1 ? ReportOne(session, events->front())
                             : ReportSeveral(session, *events);
}

constexpr absl::string_view kExamples =
    "callctl events report 15 --status=ringing\n"
    "callctl events report - --provider-call-id=6896cc2a \\\n"
    "    --status=completed --time=2025-05-01T12:00:00Z\n"
    "callctl events report --file=events.jsonl\n"
    "echo '{\"parent\": \"calls/15\", \"eventId\": \"a1\", \"event\":\n"
    "    {\"hangup\": {\"reason\": \"HANGUP_REASON_USER_INITIATED\"}}}' |\n"
    "    callctl events report";

// The options that say what happened to `call`.
void AddEventOptions(CLI::App& command, CLI::Option* call, ReportOptions& options) {
  CLI::Option* status = command
                            .add_option("--status", options.status_word,
                                        "The status it moved to: Ringing, in-progress, ...")
                            ->type_name("WORD")
                            ->transform(Checking(ParseCallStatus))
                            ->needs(call);
  call->needs(status);
  command
      .add_option("--event-id", options.event_id,
                  "The event's id within the call; reporting it\n"
                  "again changes nothing [random]")
      ->type_name("ID")
      ->needs(call);
  command.add_option("--time", options.time, "When it happened (RFC 3339) [now]")
      ->type_name("TIME")
      ->transform(Checking(ParseTime))
      ->needs(call);
  command
      .add_option("--provider-call-id", options.provider_call_id,
                  "The voice provider's own id of the call")
      ->type_name("ID")
      ->needs(call);
}

}  // namespace

void AddReportCommand(CLI::App& events, Command& chosen) {
  CLI::App& command =
      AddCommand(events, "report", "Report what happened to a call, or to many", kExamples);
  auto options = std::make_shared<ReportOptions>();
  CLI::Option* call = command
                          .add_option("CALL", options->call,
                                      "The call: 15, calls/15, or - for the one\n"
                                      "that --provider-call-id belongs to")
                          ->transform(Reading(ParseEventParent));
  command
      .add_option("--file", options->file,
                  "Events to report instead: one request of the\n"
                  "API as JSON, an array of them, or JSON lines;\n"
                  "- or nothing is standard input")
      ->type_name("FILE")
      ->excludes(call);
  AddEventOptions(command, call, *options);
  command.callback([options, &chosen] {
    if (options->call.empty() && options->file.empty() && isatty(STDIN_FILENO) != 0) {
      throw CLI::ValidationError("events report", "give CALL and --status, or --file=FILE");
    }
    chosen = [options](Session& session) {
      if (!options->call.empty()) return ReportFromCommandLine(session, *options);
      return ReportFromFile(session, options->file.empty() ? "-" : options->file);
    };
  });
}

}  // namespace autopulse::callevents::callctl
