#include "clients/cpp/callctl/call_history_commands.h"

#include <memory>
#include <string>

#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/views.h"

namespace autopulse::callevents::callctl {
namespace {

using client::CallEventsClient;

constexpr int kPageSize = 500;  // the service sends fewer where they hold much

// Fetches a list of `call` and prints it with `print_table`.
template <typename Request, typename Response, typename Item>
absl::StatusOr<ExitCode> Show(Session& session, const std::string& call,
                              absl::StatusOr<Response> (CallEventsClient::*list)(const Request&)
                                  const,
                              google::protobuf::RepeatedPtrField<Item>* (Response::*items)(),
                              const std::function<void(const Response&)>& print_table) {
  Request request;
  request.set_parent(call);
  auto listing = FetchList(session.client, list, request, items, /*limit=*/0, kPageSize);
  if (!listing.ok()) return About(call, listing.status());
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, listing->merged); !status.ok()) return status;
  } else if ((listing->merged.*items)()->empty()) {
    session.err << "callctl: " << call << " has none\n";
  } else {
    print_table(listing->merged);
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ShowEvents(Session& session, const std::string& call) {
  return Show<v1::ListCallEventsRequest, v1::ListCallEventsResponse>(
      session, call, &CallEventsClient::ListCallEvents, &v1::ListCallEventsResponse::mutable_events,
      [&session](const auto& events) { PrintEvents(session.out, events); });
}

absl::StatusOr<ExitCode> ShowTranscript(Session& session, const std::string& call) {
  return Show<v1::ListTranscriptEntriesRequest, v1::ListTranscriptEntriesResponse>(
      session, call, &CallEventsClient::ListTranscriptEntries,
      &v1::ListTranscriptEntriesResponse::mutable_transcript_entries,
      [&session](const auto& entries) {
        PrintTranscript(session.out, entries, session.wrap_width);
      });
}

absl::StatusOr<ExitCode> ShowAttempts(Session& session, const std::string& call) {
  return Show<v1::ListCallAttemptsRequest, v1::ListCallAttemptsResponse>(
      session, call, &CallEventsClient::ListCallAttempts,
      &v1::ListCallAttemptsResponse::mutable_call_attempts,
      [&session](const auto& attempts) { PrintAttempts(session.out, attempts); });
}

void Add(CLI::App& command, Command& chosen,
         absl::StatusOr<ExitCode> (*show)(Session&, const std::string&)) {
  auto call = std::make_shared<std::string>();
  command.add_option("CALL", *call, "The call: 15 or calls/15")
      ->required()
      ->transform(Reading(ParseCallName));
  command.callback([call, show, &chosen] {
    chosen = [call, show](Session& session) { return show(session, *call); };
  });
}

}  // namespace

void AddCallHistoryCommands(CLI::App& calls, Command& chosen) {
  Add(AddCommand(calls, "events", "List what happened during a call, the oldest first",
                 "callctl calls events 15\n"
                 "callctl calls events 15 -o json"),
      chosen, ShowEvents);
  Add(AddCommand(calls, "transcript", "Show what was said during a call",
                 "callctl calls transcript 15\n"
                 "callctl calls transcript 15 | grep human"),
      chosen, ShowTranscript);
  Add(AddCommand(calls, "attempts", "List the attempts of a call, the oldest first",
                 "callctl calls attempts 15\n"
                 "callctl calls attempts 15 -o json"),
      chosen, ShowAttempts);
}

}  // namespace autopulse::callevents::callctl
