#include "clients/cpp/callctl/events_commands.h"

#include <memory>

#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/report_command.h"
#include "clients/cpp/callctl/views.h"

namespace autopulse::callevents::callctl {
namespace {

absl::StatusOr<ExitCode> Get(Session& session, const v1::GetCallEventRequest& request) {
  const auto response = session.client.GetCallEvent(request);
  if (!response.ok()) return About(request.name(), response.status());
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, response->event()); !status.ok()) {
      return status;
    }
  } else {
    PrintEvent(session.out, response->event());
  }
  return ExitCode::kOk;
}

void AddGet(CLI::App& events, Command& chosen) {
  CLI::App& command = AddCommand(events, "get", "Show one event; in JSON, all that it says",
                                 "callctl events get 15/e1\n"
                                 "callctl events get calls/15/events/e1 -o json");
  auto request = std::make_shared<v1::GetCallEventRequest>();
  command.add_option("EVENT", *request->mutable_name(), "The event: 15/e1 or calls/15/events/e1")
      ->required()
      ->transform(Reading(ParseEventName));
  command.callback([request, &chosen] {
    chosen = [request](Session& session) { return Get(session, *request); };
  });
}

}  // namespace

void AddEventsCommands(CLI::App& app, Command& chosen) {
  CLI::App& events = AddCommand(app, "events", "What happened to calls: report, get",
                                "callctl events report 15 --status=ringing\n"
                                "callctl events report --file=events.jsonl\n"
                                "callctl events get 15/e1");
  events.require_subcommand(1);
  AddReportCommand(events, chosen);
  AddGet(events, chosen);
}

}  // namespace autopulse::callevents::callctl
