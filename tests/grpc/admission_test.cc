// Who comes in to a running server: addresses, sockets, tokens. TLS is in tests/e2e/tls_test.py.

#include <gmock/gmock.h>
#include <grp.h>
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/grpc/server.h"
#include "tests/grpc/raw_stream.h"
#include "tests/grpc/requests.h"
#include "tests/grpc/served_api.h"

namespace autopulse::callevents::rpc {
namespace {

using grpc::StatusCode;
using testing::HasSubstr;

constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
constexpr char kListServices[] = "\x3a\x01*";  // ServerReflectionRequest{list_services: "*"}

// The token of `reader` is abc.
std::shared_ptr<const CallerTable> Reader() {
  return *CallerTable::Parse(R"({"callers": [{"name": "reader", "roles": ["read"],
    "token_sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]})");
}

grpc::Status GetCall(ServedApi& api, const std::string& authorization) {
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  if (!authorization.empty()) context.AddMetadata("authorization", authorization);
  v1::GetCallResponse response;
  return api.stub->GetCall(&context, FromText<v1::GetCallRequest>("name: 'calls/15'"), &response);
}

// What a server says that is told to listen like this.
absl::Status StartLike(const ServerOptions& options, bool with_callers = false) {
  ServedApi api;
  Gatekeeper gatekeeper;
  if (with_callers) gatekeeper.SetCallers(Reader());
  return Server::Start(api.service, gatekeeper, options).status();
}

class SocketTest : public testing::Test {
 protected:
  const std::string path_ = absl::StrCat(testing::TempDir(), "admission_", getpid());
  const std::string address_ = absl::StrCat("unix:", path_);
};

TEST(AdmissionTest, TokensAreAskedForInPlainTextToo) {
  ServedApi api({.callers = Reader()});
  EXPECT_EQ(GetCall(api, "").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(GetCall(api, "Bearer abcd").error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(GetCall(api, "Bearer abc").error_code(), StatusCode::NOT_FOUND);
}

TEST(AdmissionTest, RefusalSaysWhatIsMissing) {
  ServedApi api({.callers = Reader()});
  EXPECT_THAT(GetCall(api, "").error_message(), HasSubstr("authorization: Bearer"));
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  context.AddMetadata("authorization", "Bearer abc");
  v1::ReportCallEventResponse response;
  const grpc::Status denied = api.stub->ReportCallEvent(
      &context, ReportStatus("calls/15", "e", 0, v1::CALL_STATUS_RINGING), &response);
  EXPECT_EQ(denied.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(denied.error_message(), HasSubstr("'ingest'"));
}

TEST(AdmissionTest, HealthNeedsNoToken) {
  ServedApi api({.callers = Reader()});
  RawStream health(api.channel, "/grpc.health.v1.Health/Check", "");
  EXPECT_EQ(health.Read(), "\x08\x01");
}

TEST(AdmissionTest, StreamsAreAskedToo) {
  ServedApi api({.callers = Reader()});
  grpc::ClientContext context;
  ServedApi::SetDeadline(context);
  const auto reader = api.stub->WatchCalls(&context, v1::WatchCallsRequest());
  v1::WatchCallsResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::UNAUTHENTICATED);
}

// A stream of WatchCalls, with the token of `reader`.
class ReadersStream {
 public:
  explicit ReadersStream(ServedApi& api) {
    ServedApi::SetDeadline(context_);
    context_.AddMetadata("authorization", "Bearer abc");
    reader_ = api.stub->WatchCalls(&context_, v1::WatchCallsRequest());
    reader_->WaitForInitialMetadata();
  }

  grpc::Status AwaitEnd() {
    v1::WatchCallsResponse response;
    while (reader_->Read(&response)) {
    }
    return reader_->Finish();
  }

  void Cancel() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchCallsResponse>> reader_;
};

TEST(AdmissionTest, StreamOfWhoIsNotLetInAnyMoreEnds) {
  ServedApi api({.callers = Reader()});
  ReadersStream stream(api);
  std::vector<Arrival> judged;
  api.service.AdmitWatchersAgain([&](const Arrival& arrival) {
    judged.push_back(arrival);
    return absl::UnauthenticatedError("gone");
  });
  const grpc::Status end = stream.AwaitEnd();
  EXPECT_EQ(end.error_code(), StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(end.error_message(), "gone");
  ASSERT_EQ(judged.size(), 1U);
  EXPECT_EQ(judged[0].path, "/autopulse.callevents.v1.CallEventService/WatchCalls");
  EXPECT_THAT(judged[0].authorization, testing::ElementsAre("Bearer abc"));
}

TEST(AdmissionTest, StreamOfWhoIsStillLetInGoesOn) {
  ServedApi api({.callers = Reader()});
  ReadersStream stream(api);
  api.service.AdmitWatchersAgain([&](const Arrival& a) { return api.gatekeeper.Admit(a); });
  stream.Cancel();
  EXPECT_EQ(stream.AwaitEnd().error_code(), StatusCode::CANCELLED);
}

// Let in before the callers changed, and among the streams only after they were judged.
TEST(AdmissionTest, StreamThatBeginsMeanwhileIsJudgedToo) {
  ServedApi api({.callers = Reader()});
  api.service.AdmitWatchersAgain(
      [](const Arrival&) { return absl::PermissionDeniedError("no more"); });
  ReadersStream stream(api);
  EXPECT_EQ(stream.AwaitEnd().error_code(), StatusCode::PERMISSION_DENIED);
}

TEST_F(SocketTest, ItIsForItsOwnerAlone) {
  ServedApi api({.server = {.listen = {address_}}});
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  EXPECT_EQ(GetCall(api, "").error_code(), StatusCode::NOT_FOUND);
  api.Stop();
  EXPECT_NE(stat(path_.c_str(), &found), 0) << "the socket is left behind";
}

TEST_F(SocketTest, ItMayBeForAGroup) {
  const group* const own = getgrgid(getgid());
  if (own == nullptr) GTEST_SKIP() << "the process's group has no name";
  ServedApi api({.server = {.listen = {address_}, .socket_group = own->gr_name}});
  struct stat found = {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0660U);
  EXPECT_EQ(found.st_gid, getgid());
}

TEST_F(SocketTest, ItIsNotTakenFromAServerThatListens) {
  ServedApi api({.server = {.listen = {address_}}});
  const absl::Status status = StartLike({.listen = {address_}});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(GetCall(api, "").error_code(), StatusCode::NOT_FOUND);
}

TEST_F(SocketTest, PortAndSocketMayBeServedAtOnce) {
  ServedApi api({.server = {.listen = {"127.0.0.1:0", address_}}});
  ASSERT_EQ(api.server->addresses().size(), 2U);
  EXPECT_EQ(api.server->addresses()[1], address_);
  EXPECT_EQ(GetCall(api, "").error_code(), StatusCode::NOT_FOUND);
  RawStream health(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()),
                   "/grpc.health.v1.Health/Check", "");
  EXPECT_EQ(health.Read(), "\x08\x01");
}

TEST(ExposureTest, OtherMachinesAreLetInWithTlsAndCredentialsAlone) {
  for (const bool with_callers : {false, true}) {
    const absl::Status status = StartLike({.listen = {"127.0.0.1:0", "0.0.0.0:0"}}, with_callers);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    for (const char* word : {"0.0.0.0:0", "--tls-cert", "--tls-key", "--tokens-file",
                             "--tls-client-ca", "--insecure"}) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(word));
    }
  }
}

TEST(ExposureTest, InsecureDoesWithout) {
  EXPECT_TRUE(StartLike({.listen = {"0.0.0.0:0"}, .insecure = true}).ok());
}

TEST(ExposureTest, HalfOfTlsIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      StartLike({.tls = {.certificate = "x", .key = {}, .client_authority = {}}})));
  EXPECT_TRUE(absl::IsInvalidArgument(
      StartLike({.tls = {.certificate = {}, .key = {}, .client_authority = "x"}})));
}

TEST(ExposureTest, TlsFileThatIsNotThereIsNamed) {
  const absl::Status status = StartLike(
      {.tls = {
           .certificate = "/nowhere/cert.pem", .key = "/nowhere/key.pem", .client_authority = {}}});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nowhere/cert.pem"));
}

TEST(ReflectionTest, ItIsOffWhereOtherMachinesComeInUnlessAskedFor) {
  ServedApi off({.server = {.listen = {"127.0.0.1:0", "0.0.0.0:0"}, .insecure = true}});
  RawStream refused(off.channel, kReflection, kListServices);
  EXPECT_EQ(refused.Read(), std::nullopt);
  ServedApi on({.server = {.listen = {"0.0.0.0:0"}, .reflection = true, .insecure = true}});
  RawStream listed(on.channel, kReflection, kListServices);
  EXPECT_TRUE(listed.Read().has_value());
}

}  // namespace
}  // namespace autopulse::callevents::rpc
