#include "clients/cpp/callctl/service_record_commands.h"

#include <memory>
#include <string>

#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/views.h"

namespace autopulse::callevents::callctl {
namespace {

using client::CallEventsClient;

constexpr int kPageSize = 500;

struct CreateOptions {
  v1::CreateServiceRecordRequest request;
  std::string appointment_time;
};

absl::StatusOr<ExitCode> PrintOne(Session& session, const v1::ServiceRecord& service_record) {
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, service_record); !status.ok()) return status;
  } else {
    PrintServiceRecord(session.out, service_record);
  }
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> Create(Session& session, const CreateOptions& options) {
  v1::CreateServiceRecordRequest request = options.request;
  if (!options.appointment_time.empty()) {
    const auto time = ParseTime(options.appointment_time);
    if (!time.ok()) return time.status();
    *request.mutable_service_record()->mutable_appointment_time() = *time;
  }
  const auto response = session.client.CreateServiceRecord(request);
  if (!response.ok()) return response.status();
  return PrintOne(session, response->service_record());
}

void AddCreate(CLI::App& service_records, Command& chosen) {
  CLI::App& command =
      AddCommand(service_records, "create", "Register the job that a call is about",
                 "callctl service-records create --id=9 --customer-name='Ann Lee' \\\n"
                 "    --customer-phone=+15550100 --vehicle-info='2019 Honda Civic' \\\n"
                 "    --service-type='AC Repair' --appointment-time=2025-05-02T09:00:00Z");
  auto options = std::make_shared<CreateOptions>();
  v1::CreateServiceRecordRequest& request = options->request;
  v1::ServiceRecord& record = *request.mutable_service_record();
  command
      .add_option("--id", *request.mutable_service_record_id(),
                  "Its number [the service picks one]")
      ->type_name("ID")
      ->transform(Reading(ParseServiceRecordId));
  command.add_option("--customer-name", *record.mutable_customer_name(), "Who it is for")
      ->type_name("NAME");
  command.add_option("--customer-phone", *record.mutable_customer_phone(), "Telephone number")
      ->type_name("NUMBER");
  command.add_option("--vehicle-info", *record.mutable_vehicle_info(), "The vehicle")
      ->type_name("TEXT");
  command.add_option("--service-type", *record.mutable_service_type(), "What is to be done")
      ->type_name("TEXT");
  command
      .add_option("--appointment-time", options->appointment_time,
                  "When the vehicle is expected (RFC 3339)")
      ->type_name("TIME")
      ->transform(Checking(ParseTime));
  command
      .add_option("--request-id", *request.mutable_request_id(),
                  "Repeating the command with the same id\nregisters nothing twice")
      ->type_name("ID");
  command.callback([options, &chosen] {
    chosen = [options](Session& session) { return Create(session, *options); };
  });
}

void AddGet(CLI::App& service_records, Command& chosen) {
  CLI::App& command = AddCommand(service_records, "get", "Show one service record",
                                 "callctl service-records get 9\n"
                                 "callctl service-records get serviceRecords/9 -o json");
  auto request = std::make_shared<v1::GetServiceRecordRequest>();
  command.add_option("SERVICE_RECORD", *request->mutable_name(), "9 or serviceRecords/9")
      ->required()
      ->transform(Reading(ParseServiceRecordName));
  command.callback([request, &chosen] {
    chosen = [request](Session& session) -> absl::StatusOr<ExitCode> {
      const auto response = session.client.GetServiceRecord(*request);
      if (!response.ok()) return About(request->name(), response.status());
      return PrintOne(session, response->service_record());
    };
  });
}

absl::StatusOr<ExitCode> List(Session& session, int limit) {
  const auto records = FetchList(
      session.client, &CallEventsClient::ListServiceRecords, v1::ListServiceRecordsRequest(),
      &v1::ListServiceRecordsResponse::mutable_service_records, limit, kPageSize);
  if (!records.ok()) return records.status();
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, records->merged); !status.ok()) return status;
  } else if (records->merged.service_records().empty()) {
    session.err << "callctl: no service records\n";
  } else {
    PrintServiceRecords(session.out, records->merged);
  }
  if (records->more) NoteMore(session, "service records");
  return ExitCode::kOk;
}

void AddList(CLI::App& service_records, Command& chosen) {
  CLI::App& command = AddCommand(service_records, "list", "List service records, the newest first",
                                 "callctl service-records list\n"
                                 "callctl service-records list --limit=0 -o json");
  auto limit = std::make_shared<int>(50);
  command.add_option("--limit", *limit, "The most to list [50]; 0 lists all")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command.callback(
      [limit, &chosen] { chosen = [limit](Session& session) { return List(session, *limit); }; });
}

}  // namespace

void AddServiceRecordCommands(CLI::App& app, Command& chosen) {
  CLI::App& service_records =
      AddCommand(app, "service-records", "The jobs that calls are about: create, get, list",
                 "callctl service-records list\n"
                 "callctl service-records get 9");
  service_records.require_subcommand(1);
  AddCreate(service_records, chosen);
  AddGet(service_records, chosen);
  AddList(service_records, chosen);
}

}  // namespace autopulse::callevents::callctl
