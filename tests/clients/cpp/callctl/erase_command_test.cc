#include "clients/cpp/callctl/erase_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "clients/cpp/callctl/adapter_admin.h"
#include "tests/clients/cpp/callctl/callctl_program.h"
#include "tests/clients/cpp/fake_call_event_service.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::callctl {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::FakeCallEventService;
using tests::ProgramResult;
using tests::RunCallctl;

// What an adapter's admin listener does of its documentation. The real one is in
// tests/e2e/erasure_test.py.
class FakeAdapter {
 public:
  explicit FakeAdapter(std::function<void()> before_answer = [] {}) {
    server_.Post("/v1/calls/.*", [this, before_answer](const httplib::Request& request,
                                                       httplib::Response& answer) {
      before_answer();
      const absl::MutexLock lock(&mutex_);
      requests_.push_back(request.path);
      answer.status = status_;
      const bool known = request.get_header_value("Authorization") == "Bearer secret";
      if (!known) answer.status = 401;
      answer.set_content(answer.status == 200 ? R"({"events":2,"dead_letters":1})"
                                              : R"({"status":"error","message":"not today"})",
                         "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~FakeAdapter() {
    server_.stop();
    thread_.join();
  }

  std::string url() const { return absl::StrCat("http://127.0.0.1:", port_); }

  void AnswerWith(int status) {
    const absl::MutexLock lock(&mutex_);
    status_ = status;
  }

  std::vector<std::string> requests() {
    const absl::MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  absl::Mutex mutex_;
  int status_ ABSL_GUARDED_BY(mutex_) = 200;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

class EraseCommandTest : public testing::Test {
 protected:
  EraseCommandTest() {
    std::ofstream(token_file_) << "secret\n";
    v1::Call& call = service_.calls["calls/15"];
    call.set_name("calls/15");
    call.set_customer_number("+15550100");
    call.set_provider_call_id("second");
    for (const char* id : {"first/try", "second"}) {
      service_.call_attempts["calls/15"].emplace_back().set_provider_call_id(id);
      service_.events["calls/15"].emplace_back().set_provider_call_id(id);
    }
  }

  ProgramResult Erase(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"calls", "erase"});
    return RunCallctl(service_.address(), arguments);
  }

  std::string TokenFile() const { return absl::StrCat("--adapter-token-file=", token_file_); }
  static std::string At(const FakeAdapter& adapter) {
    return absl::StrCat("--adapter=", adapter.url());
  }

  const TemporaryFolder folder_;
  const std::string token_file_ = folder_ / "token";
  FakeCallEventService service_;
};

TEST_F(EraseCommandTest, WithoutAdaptersItErasesInTheService) {
  const ProgramResult result = Erase({"15", "--yes", "--with-service-record"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("erased:"));
  ASSERT_EQ(service_.erase_requests().size(), 1U);
  EXPECT_TRUE(service_.erase_requests()[0].erase_service_record());
}

TEST_F(EraseCommandTest, AnAdapterIsAskedByAllNamesOfTheCall) {
  FakeAdapter adapter;
  const ProgramResult result = Erase({"15", "--yes", At(adapter), TokenFile()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(adapter.requests(),
              ElementsAre("/v1/calls/15:erase", "/v1/calls/first/try:erase",
                          "/v1/calls/second:erase"));  // the library has decoded %2F
  EXPECT_THAT(result.err, HasSubstr("6 waiting events and 3 dead letters erased"));
  EXPECT_THAT(result.out, HasSubstr("erased:"));
}

TEST_F(EraseCommandTest, AnAdapterIsAskedByTheSameNamesAgain) {  // X1
  EXPECT_EQ(Erase({"15", "--yes"}).exit_code, 0);
  FakeAdapter adapter;
  EXPECT_EQ(Erase({"15", "--yes", At(adapter), TokenFile()}).exit_code, 0);
  EXPECT_THAT(adapter.requests(), Contains("/v1/calls/first/try:erase"));
}

TEST_F(EraseCommandTest, ManyEventsHideNoNameOfTheCall) {
  service_.events["calls/15"].resize(1200);
  service_.events["calls/15"].emplace_back().set_provider_call_id("third");
  FakeAdapter adapter;
  EXPECT_EQ(Erase({"15", "--yes", At(adapter), TokenFile()}).exit_code, 0);
  EXPECT_THAT(adapter.requests(), Contains("/v1/calls/third:erase"));
}

TEST_F(EraseCommandTest, TheServiceComesFirst) {  // X1
  std::vector<std::size_t> erased;
  FakeAdapter adapter([&] { erased.push_back(service_.erase_requests().size()); });
  EXPECT_EQ(Erase({"15", "--yes", At(adapter), TokenFile()}).exit_code, 0);
  EXPECT_THAT(erased, ElementsAre(1U, 1U, 1U));
}

TEST_F(EraseCommandTest, AnAdapterThatCannotBeReachedKeepsNobodyElseFromIt) {
  FakeAdapter adapter;
  const ProgramResult result =
      Erase({"15", "--yes", "--adapter=http://127.0.0.1:1", At(adapter), TokenFile()});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(adapter.requests().size(), 3U);
  EXPECT_THAT(result.err, HasSubstr("http://127.0.0.1:1: not erased: "));
  EXPECT_THAT(result.err, HasSubstr("calls/15 is erased in the service"));
  EXPECT_THAT(result.err, HasSubstr("run this again"));
}

TEST_F(EraseCommandTest, WhatAnAdapterAnswersIsTheExitCode) {
  FakeAdapter adapter;
  for (const auto& [status, exit_code] : {std::pair(503, 4), std::pair(500, 1)}) {
    adapter.AnswerWith(status);
    const ProgramResult result = Erase({"15", "--yes", At(adapter), TokenFile()});
    EXPECT_EQ(result.exit_code, exit_code);
    EXPECT_THAT(result.err, HasSubstr("not today"));
  }
  adapter.AnswerWith(200);
  EXPECT_EQ(Erase({"15", "--yes", At(adapter), TokenFile()}).exit_code, 0);
}

TEST_F(EraseCommandTest, AnotherTokenIsNotLetIn) {
  std::ofstream(token_file_) << "guess\n";
  FakeAdapter adapter;
  EXPECT_EQ(Erase({"15", "--yes", At(adapter), TokenFile()}).exit_code, 8);
}

TEST_F(EraseCommandTest, NothingIsErasedInAnAdapterIfTheServiceFails) {
  service_.failure = grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "the disk is full");
  FakeAdapter adapter;
  const ProgramResult result = Erase({"15", "--yes", At(adapter), TokenFile()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(adapter.requests(), ElementsAre());
}

TEST_F(EraseCommandTest, WhatAnAdapterHoldsOfACallThatNobodyRegisteredIsErasedToo) {
  FakeAdapter adapter;
  const ProgramResult result = Erase({"99", "--yes", At(adapter), TokenFile()});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(adapter.requests(), ElementsAre("/v1/calls/99:erase"));
  EXPECT_THAT(result.err, HasSubstr("2 waiting events and 1 dead letters erased"));
  EXPECT_THAT(result.err, HasSubstr("calls/99 not found"));
}

TEST_F(EraseCommandTest, WhatIsWrongWithTheCommandLineIsSaidBeforeAnythingIsErased) {
  for (const auto& [arguments, exit_code, word] :
       std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{"--adapter=http://127.0.0.1:1"}, 2, "--adapter-token-file"},
           {{TokenFile()}, 2, "need each other"},
           {{"--adapter=127.0.0.1:1", TokenFile()}, 2, "http://127.0.0.1:8081"},
           {{"--adapter=http://127.0.0.1:1", TokenFile(), TokenFile()}, 2, "one for each"},
           {{"--adapter=http://192.0.2.1:1", TokenFile()}, 2, "--token-in-clear"},
           {{"--adapter=http://127.0.0.1:1", "--adapter-token-file=/nowhere"}, 3, "/nowhere"}}) {
    std::vector<std::string> all = {"15", "--yes"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProgramResult result = Erase(all);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(word));
  }
  EXPECT_TRUE(service_.erase_requests().empty());
}

TEST(AdapterUrlTest, IsASchemeAHostAndAPort) {
  EXPECT_EQ(*ParseAdapterUrl("http://127.0.0.1:8081/"), "http://127.0.0.1:8081");
  EXPECT_EQ(*ParseAdapterUrl("https://adapter.internal"), "https://adapter.internal");
  for (const char* wrong : {"", "http://", "ftp://a:1", "http://a:1/v1", "http://me@a:1", "a:1"}) {
    EXPECT_FALSE(ParseAdapterUrl(wrong).ok()) << wrong;
  }
}

TEST(AdapterUrlTest, TokensCrossTheNetworkInClearWithHttpToOtherMachines) {
  for (const char* local : {"http://127.0.0.1:8081", "http://localhost", "http://[::1]:8081",
                            "http://[::1]", "https://adapter.internal:8081"}) {
    EXPECT_FALSE(SendsInClear(local)) << local;
  }
  for (const char* remote : {"http://adapter.internal:8081", "http://10.0.0.1", "http://[::2]"}) {
    EXPECT_TRUE(SendsInClear(remote)) << remote;
  }
}

}  // namespace
}  // namespace autopulse::callevents::callctl
