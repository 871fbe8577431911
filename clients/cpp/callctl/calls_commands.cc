#include "clients/cpp/callctl/calls_commands.h"

#include <memory>
#include <string>

#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/call_history_commands.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/erase_command.h"
#include "clients/cpp/callctl/list_filter.h"
#include "clients/cpp/callctl/views.h"
#include "clients/cpp/callctl/watch_command.h"
#include "clients/cpp/callctl/words.h"

namespace autopulse::callevents::callctl {
namespace {

using client::CallEventsClient;

constexpr int kPageSize = 200;

struct ListOptions {
  std::string filter;
  std::string status_word;
  std::string outcome_word;
  std::string customer_number;
  std::string provider_call_id;
  std::string service_record;
  std::string order_by;
  int limit = 50;
};

void AddCreate(CLI::App& calls, Command& chosen) {
  CLI::App& command = AddCommand(calls, "create", "Register a call before its first event",
                                 "callctl calls create --id=15 --service-record=9 \\\n"
                                 "    --customer-number=+15550100 --direction=outbound");
  auto request = std::make_shared<v1::CreateCallRequest>();
  v1::Call& call = *request->mutable_call();
  command.add_option("--id", *request->mutable_call_id(), "Its number [the service picks one]")
      ->type_name("ID")
      ->transform(Reading(ParseCallId));
  command.add_option("--service-record", *call.mutable_service_record(), "The job it is about")
      ->type_name("ID")
      ->transform(Reading(ParseServiceRecordName));
  command.add_option("--customer-number", *call.mutable_customer_number(), "Telephone number")
      ->type_name("NUMBER");
  command.add_option("--direction", *call.mutable_direction(), "inbound or outbound")
      ->type_name("WORD")
      ->check(CLI::IsMember({"inbound", "outbound"}));
  command
      .add_option("--provider-call-id", *call.mutable_provider_call_id(),
                  "The voice provider's own id of it")
      ->type_name("ID");
  command
      .add_option("--request-id", *request->mutable_request_id(),
                  "Repeating the command with the same id\nregisters nothing twice")
      ->type_name("ID");
  command.callback([request, &chosen] {
    chosen = [request](Session& session) -> absl::StatusOr<ExitCode> {
      const auto response = session.client.CreateCall(*request);
      if (!response.ok()) return response.status();
      return PrintOneCall(session, response->call());
    };
  });
}

void AddGet(CLI::App& calls, Command& chosen) {
  CLI::App& command = AddCommand(calls, "get", "Show one call",
                                 "callctl calls get 15\n"
                                 "callctl calls get calls/15 -o json");
  auto request = std::make_shared<v1::GetCallRequest>();
  command.add_option("CALL", *request->mutable_name(), "The call: 15 or calls/15")
      ->required()
      ->transform(Reading(ParseCallName));
  command.callback([request, &chosen] {
    chosen = [request](Session& session) -> absl::StatusOr<ExitCode> {
      const auto response = session.client.GetCall(*request);
      if (!response.ok()) return About(request->name(), response.status());
      return PrintOneCall(session, response->call());
    };
  });
}

std::string FilterOf(const ListOptions& options) {
  ListFilter filter;
  filter.AddRaw(options.filter);
  filter.AddStatus(ParseCallStatus(options.status_word).value_or(v1::CALL_STATUS_UNSPECIFIED));
  filter.AddOutcome(ParseCallOutcome(options.outcome_word).value_or(v1::CALL_OUTCOME_UNSPECIFIED));
  filter.AddText("customer_number", options.customer_number);
  filter.AddText("provider_call_id", options.provider_call_id);
  filter.AddText("service_record", options.service_record);
  return filter.Build();
}

absl::StatusOr<ExitCode> List(Session& session, const ListOptions& options) {
  v1::ListCallsRequest request;
  request.set_filter(FilterOf(options));
  request.set_order_by(options.order_by);
  const auto calls = FetchList(session.client, &CallEventsClient::ListCalls, request,
                               &v1::ListCallsResponse::mutable_calls, options.limit, kPageSize);
  if (!calls.ok()) return calls.status();
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, calls->merged); !status.ok()) return status;
  } else if (calls->merged.calls().empty()) {
    session.err << "callctl: no calls\n";
  } else {
    PrintCalls(session.out, calls->merged);
  }
  if (calls->more) NoteMore(session, "calls");
  return ExitCode::kOk;
}

void AddList(CLI::App& calls, Command& chosen) {
  CLI::App& command =
      AddCommand(calls, "list", "List calls, the newest first",
                 "callctl calls list --status=in-progress\n"
                 "callctl calls list --outcome=missed --service-record=9 --limit=0\n"
                 "callctl calls list --filter='start_time >= \"2025-05-01T00:00:00Z\"' \\\n"
                 "    --order-by='start_time desc' -o json");
  auto options = std::make_shared<ListOptions>();
  command.add_option("--filter", options->filter, "The API's filter: FIELD = \"VALUE\" AND ...")
      ->type_name("FILTER");
  command.add_option("--status", options->status_word, "Completed, in-progress, ...")
      ->type_name("WORD")
      ->transform(Checking(ParseCallStatus));
  command.add_option("--outcome", options->outcome_word, "answered, missed or failed")
      ->type_name("WORD")
      ->transform(Checking(ParseCallOutcome));
  command.add_option("--customer-number", options->customer_number, "Of this customer")
      ->type_name("NUMBER");
  command
      .add_option("--provider-call-id", options->provider_call_id,
                  "With the voice provider's own id")
      ->type_name("ID");
  command.add_option("--service-record", options->service_record, "About this job")
      ->type_name("ID")
      ->transform(Reading(ParseServiceRecordName));
  command
      .add_option("--order-by", options->order_by,
                  "create_time, start_time or end_time,\nand ' desc' for the latest first")
      ->type_name("FIELD");
  command.add_option("--limit", options->limit, "The most to list [50]; 0 lists all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command.callback([options, &chosen] {
    chosen = [options](Session& session) { return List(session, *options); };
  });
}

}  // namespace

absl::StatusOr<ExitCode> PrintOneCall(Session& session, const v1::Call& call) {
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, call); !status.ok()) return status;
  } else {
    PrintCall(session.out, call);
  }
  return ExitCode::kOk;
}

void AddCallsCommands(CLI::App& app, Command& chosen) {
  CLI::App& calls = AddCommand(app, "calls", "Phone calls: create, get, list, watch, ...",
                               "callctl calls get 15\n"
                               "callctl calls list --status=failed\n"
                               "callctl calls transcript 15\n"
                               "callctl calls watch");
  calls.require_subcommand(1);
  AddCreate(calls, chosen);
  AddGet(calls, chosen);
  AddList(calls, chosen);
  AddEraseCommand(calls, chosen);
  AddWatchCommand(calls, chosen);
  AddCallHistoryCommands(calls, chosen);
}

}  // namespace autopulse::callevents::callctl
