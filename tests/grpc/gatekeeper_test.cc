#include "services/grpc/gatekeeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr char kPrefix[] = "/autopulse.callevents.v1.CallEventService/";
constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// The token of `reader` is abc, that of `admin` is def; `feeder` has a certificate.
std::shared_ptr<const CallerTable> Callers() {
  const auto table = CallerTable::Parse(R"({"callers": [
    {"name": "reader", "roles": ["read"],
     "token_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"name": "admin", "roles": ["admin"],
     "token_sha256": "cb8379ac2098aa165029e3938a51da0bcecfc008fd6795f401178647f96c5b34"},
    {"name": "feeder", "roles": ["ingest"], "certificate": "feeder.example"}]})");
  EXPECT_TRUE(table.ok()) << table.status();
  return *table;
}

Arrival At(const std::string& path) {
  return {.path = path, .authorization = {}, .certificate = {}};
}

Arrival WithToken(const std::string& method, const std::string& token) {
  Arrival arrival = At(absl::StrCat(kPrefix, method));
  arrival.authorization = {absl::StrCat("Bearer ", token)};
  return arrival;
}

class GatekeeperTest : public testing::Test {
 protected:
  GatekeeperTest() { gatekeeper_.SetCallers(Callers()); }

  absl::StatusCode CodeOf(const Arrival& arrival) { return gatekeeper_.Admit(arrival).code(); }

  Gatekeeper gatekeeper_;
};

// As is a new one that has no row in services/grpc/gatekeeper.cc.
TEST(AudienceTest, OfTheServicesMethodsErasingAloneIsForAdmins) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "autopulse.callevents.v1.GetCallRequest");
  ASSERT_NE(service, nullptr);
  const auto* described = service->file()->FindServiceByName("CallEventService");
  ASSERT_NE(described, nullptr);
  ASSERT_GT(described->method_count(), 10);
  std::vector<std::string> for_admins;
  for (int i = 0; i < described->method_count(); ++i) {
    const std::string method(described->method(i)->name());
    const Audience audience = AudienceOf(absl::StrCat(kPrefix, method));
    ASSERT_TRUE(std::holds_alternative<Role>(audience)) << method;
    if (std::get<Role>(audience) == Role::kAdmin) for_admins.push_back(method);
  }
  EXPECT_THAT(for_admins, testing::ElementsAre("EraseCall"));
}

TEST(AudienceTest, WhatNobodyDecidedOnIsForAdmins) {
  for (const std::string& path : {absl::StrCat(kPrefix, "DropEverything"),
                                  std::string("/other.Service/Get"), std::string()}) {
    const Audience audience = AudienceOf(path);
    ASSERT_TRUE(std::holds_alternative<Role>(audience)) << path;
    EXPECT_EQ(std::get<Role>(audience), Role::kAdmin) << path;
  }
}

TEST(OpenGatekeeperTest, EverybodyComesInWhereNobodyIsAsked) {
  Gatekeeper gatekeeper;
  EXPECT_FALSE(gatekeeper.AsksForCredentials());
  EXPECT_TRUE(gatekeeper.Admit(At(absl::StrCat(kPrefix, "GetCall"))).ok());
}

TEST_F(GatekeeperTest, RoleOpensItsMethodsAndNoOthers) {
  EXPECT_EQ(CodeOf(WithToken("GetCall", "abc")), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(WithToken("WatchCalls", "abc")), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(WithToken("ReportCallEvent", "abc")), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(WithToken("CreateCall", "abc")), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(CodeOf(WithToken("ReportCallEvent", "def")), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(WithToken("GetCall", "def")), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, DenialNamesTheRoleThatIsNeededAndTheCaller) {
  const absl::Status denied = gatekeeper_.Admit(WithToken("ReportCallEvent", "abc"));
  EXPECT_THAT(std::string(denied.message()),
              AllOf(HasSubstr("'ingest'"), HasSubstr("'reader'"), HasSubstr("read")));
}

TEST_F(GatekeeperTest, WithoutAKnownTokenNobodyComesIn) {
  EXPECT_EQ(CodeOf(At(absl::StrCat(kPrefix, "GetCall"))), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(WithToken("GetCall", "abcd")), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(CodeOf(WithToken("GetCall", "")), absl::StatusCode::kUnauthenticated);
  Arrival basic = WithToken("GetCall", "abc");
  basic.authorization = {"Basic abc"};
  EXPECT_EQ(CodeOf(basic), absl::StatusCode::kUnauthenticated);
}

TEST_F(GatekeeperTest, NoRefusalRepeatsTheToken) {
  EXPECT_THAT(std::string(gatekeeper_.Admit(WithToken("GetCall", "secret-7")).message()),
              testing::Not(HasSubstr("secret-7")));
}

TEST_F(GatekeeperTest, TwoAuthorizationsAreNone) {
  Arrival both = WithToken("GetCall", "abc");
  both.authorization.push_back(both.authorization.front());
  EXPECT_EQ(CodeOf(both), absl::StatusCode::kUnauthenticated);
}

TEST_F(GatekeeperTest, SchemeIsWrittenInAnyCase) {
  Arrival arrival = WithToken("GetCall", "abc");
  arrival.authorization = {"bearer abc"};
  EXPECT_EQ(CodeOf(arrival), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, CertificateIsAsGoodAsAToken) {
  Arrival arrival = At(absl::StrCat(kPrefix, "ReportCallEvent"));
  arrival.certificate = {"feeder.example"};
  EXPECT_EQ(CodeOf(arrival), absl::StatusCode::kOk);
  arrival.path = absl::StrCat(kPrefix, "GetCall");
  EXPECT_EQ(CodeOf(arrival), absl::StatusCode::kPermissionDenied);
  arrival.certificate = {"other.example"};
  EXPECT_EQ(CodeOf(arrival), absl::StatusCode::kUnauthenticated);
}

TEST_F(GatekeeperTest, HealthIsForAnyoneAndReflectionForAnyCaller) {
  EXPECT_EQ(CodeOf(At(kHealth)), absl::StatusCode::kOk);
  EXPECT_EQ(CodeOf(At(kReflection)), absl::StatusCode::kUnauthenticated);
  Arrival reader = WithToken("GetCall", "abc");
  reader.path = kReflection;
  EXPECT_EQ(CodeOf(reader), absl::StatusCode::kOk);
}

TEST_F(GatekeeperTest, OtherCallersTakeThePlaceOfTheFirst) {
  const auto others = CallerTable::Parse(
      R"({"callers": [{"name": "x", "roles": ["read"], "certificate": "x.example"}]})");
  ASSERT_TRUE(others.ok());
  gatekeeper_.SetCallers(*others);
  EXPECT_EQ(CodeOf(WithToken("GetCall", "abc")), absl::StatusCode::kUnauthenticated);
}

}  // namespace
}  // namespace autopulse::callevents::rpc
