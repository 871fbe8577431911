#include "clients/cpp/callctl/service_record_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"

namespace autopulse::callevents::callctl {
namespace {

using nlohmann::json;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;

TEST(ServiceRecordCommandsTest, CreateRegistersARecordAndShowsIt) {
  FakeCallEventService service;
  const ProgramResult result =
      RunCallctl(service.address(),
                 {"service-records", "create", "--id=9", "--customer-name=Ann Lee",
                  "--customer-phone=+15550100", "--vehicle-info=2019 Honda Civic",
                  "--service-type=AC Repair", "--appointment-time=2025-05-02T11:00:00+02:00"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out,
            "service record:  serviceRecords/9\n"
            "status:          Scheduled\n"
            "customer name:   Ann Lee\n"
            "customer phone:  +15550100\n"
            "vehicle:         2019 Honda Civic\n"
            "service:         AC Repair\n"
            "appointment:     2025-05-02T09:00:00Z\n");
}

TEST(ServiceRecordCommandsTest, GetPrintsTheRecordAsStandardJson) {
  FakeCallEventService service;
  service.service_records["serviceRecords/9"].set_customer_name("Ann Lee");
  const ProgramResult result =
      RunCallctl(service.address(), {"service-records", "get", "9", "-o", "json"});
  EXPECT_EQ(json::parse(result.out), json({{"customerName", "Ann Lee"}}));
}

TEST(ServiceRecordCommandsTest, ARecordThatIsNotThereIsExitCode5) {
  FakeCallEventService service;
  const ProgramResult result = RunCallctl(service.address(), {"service-records", "get", "9"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_EQ(result.err, "callctl: serviceRecords/9 not found\n");
}

TEST(ServiceRecordCommandsTest, ListPagesUpToTheLimit) {
  FakeCallEventService service;
  for (int i = 10; i < 13; ++i) {
    const std::string name = absl::StrCat("serviceRecords/", i);
    service.service_records[name].set_name(name);
  }
  const ProgramResult result =
      RunCallctl(service.address(), {"service-records", "list", "--limit=2"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out,
            "SERVICE RECORD     STATUS  CUSTOMER  PHONE  VEHICLE  SERVICE  APPOINTMENT\n"
            "serviceRecords/10  -       -         -      -        -        -\n"
            "serviceRecords/11  -       -         -      -        -        -\n");
  EXPECT_EQ(result.err,
            "callctl: there are more service records; see them with a higher --limit\n");
}

TEST(ServiceRecordCommandsTest, AWrongAppointmentTimeIsAUsageError) {
  const ProgramResult result =
      RunCallctl("127.0.0.1:1", {"service-records", "create", "--appointment-time=tomorrow"});
  EXPECT_EQ(result.exit_code, 2);
}

}  // namespace
}  // namespace autopulse::callevents::callctl
