#include "adapter/relay/relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "tests/adapter/parsed_head.h"

// The relay against a real HTTP server.
namespace autopulse::callevents::adapter::relay {
namespace {

constexpr char kHeadText[] =
    "POST /webhooks/vapi HTTP/1.1\r\nHost: adapter\r\nX-Vapi-Secret: s3cret%41\r\n"
    "x-signature: abc\r\nX-Twice: 1\r\nX-Twice: 2\r\nContent-Type: application/json\r\n"
    "Content-Length: 99\r\nConnection: close, x-hop\r\nX-Hop: 1\r\nExpect: 100-continue\r\n\r\n";
constexpr char kBody[] = R"({"message": {"type":"tool-calls"} })";
const http::RequestHead kHead = http::ParsedHead(kHeadText);

class RelayTest : public testing::Test {
 protected:
  RelayTest() {
    server_.Post("/vapi", [this](const httplib::Request& request, httplib::Response& response) {
      answer_(request, response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    server_.wait_until_ready();
  }
  ~RelayTest() override {
    server_.stop();
    thread_.join();
  }

  std::unique_ptr<Relay> Start(Relay::Options options) const { return Start(options, port_); }

  static std::unique_ptr<Relay> Start(Relay::Options options, int port) {
    options.targets =
        *RelayTargets::Parse(absl::StrCat("http://127.0.0.1:", port, "/vapi?key=a%2Fb"),
                             {"tool-calls", "assistant-request"});
    return std::make_unique<Relay>(options);
  }

  // Whether a message has this outcome at last: a slot is free again once its thread is.
  static bool AwaitOutcome(Relay& relay, RelayOutcome outcome) {
    const absl::Time give_up = absl::Now() + absl::Seconds(20);
    while (absl::Now() < give_up) {
      if (relay.Forward("tool-calls", kHead, kBody)->outcome == outcome) return true;
    }
    return false;
  }

  httplib::Server server_;
  int port_ = 0;
  std::function<void(const httplib::Request&, httplib::Response&)> answer_;
  std::thread thread_;
};

TEST_F(RelayTest, BodyAndHeadersArriveAsTheyCameAndTheAnswerComesBack) {  // V6
  httplib::Request received;
  answer_ = [&received](const httplib::Request& request, httplib::Response& response) {
    received = request;
    response.status = 201;
    response.set_content(R"({"results":[]})", "application/json; charset=utf-8");
  };
  const Relayed relayed = Start({})->Forward("tool-calls", kHead, kBody).value();
  EXPECT_EQ(relayed.outcome, RelayOutcome::kAnswered);
  EXPECT_EQ(relayed.http_status, 201);
  EXPECT_EQ(relayed.content_type, "application/json; charset=utf-8");
  EXPECT_EQ(relayed.body, R"({"results":[]})");
  EXPECT_EQ(received.body, kBody);
  EXPECT_EQ(received.target, "/vapi?key=a%2Fb");
  EXPECT_EQ(received.get_header_value("x-signature"), "abc");
  EXPECT_EQ(received.get_header_value("X-Twice", "", 1), "2");
  EXPECT_EQ(received.get_header_value("Host"), absl::StrCat("127.0.0.1:", port_));
  EXPECT_EQ(received.get_header_value("Content-Length"), absl::StrCat(sizeof(kBody) - 1));
  EXPECT_FALSE(received.has_header("Expect"));
  EXPECT_FALSE(received.has_header("X-Hop"));  // RFC 9110, 7.6.1: the Connection header names it
}

TEST_F(RelayTest, ErrorsAndRedirectionsAreRelayedToo) {
  answer_ = [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_redirect("http://127.0.0.1:1/elsewhere");
  };
  EXPECT_EQ(Start({})->Forward("tool-calls", kHead, kBody)->http_status, 302);
  answer_ = [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.status = 500;
  };
  EXPECT_EQ(Start({})->Forward("tool-calls", kHead, kBody)->http_status, 500);
}

TEST_F(RelayTest, BytesThatAreNoTextComeBackWhole) {  // voice-request
  const std::string sound("\0\xff\r\n\0", 5);
  answer_ = [&sound](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_content(sound, "application/octet-stream");
  };
  EXPECT_EQ(Start({})->Forward("tool-calls", kHead, kBody)->body, sound);
}

TEST_F(RelayTest, ServerThatIsNotThereIsUnreachable) {
  EXPECT_EQ(Start({}, 1)->Forward("tool-calls", kHead, kBody)->outcome, RelayOutcome::kUnreachable);
}

TEST_F(RelayTest, TooLongAnAnswerIsCutOff) {
  answer_ = [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.set_content(std::string(1001, 'x'), "text/plain");
  };
  EXPECT_EQ(Start({.max_answer_bytes = 1000})->Forward("tool-calls", kHead, kBody)->outcome,
            RelayOutcome::kTooLarge);
  EXPECT_EQ(Start({.max_answer_bytes = 1001})->Forward("tool-calls", kHead, kBody)->outcome,
            RelayOutcome::kAnswered);
}

TEST_F(RelayTest, ServerThatHangsCostsItsTimeAndItsSlots) {
  absl::Notification release;
  answer_ = [&release](const httplib::Request& /*request*/, httplib::Response& response) {
    release.WaitForNotification();
    response.status = 200;
  };
  const auto relay = Start({.timeout = absl::Milliseconds(100), .concurrency = 1});
  EXPECT_EQ(relay->Forward("tool-calls", kHead, kBody)->outcome, RelayOutcome::kTimedOut);
  release.Notify();
  EXPECT_TRUE(AwaitOutcome(*relay, RelayOutcome::kAnswered));
}

// Sends the first who connects a text again and again, as long as he takes it.
class EndlessServer {
 public:
  explicit EndlessServer(absl::string_view text) {
    sockaddr_in address = {};
    socklen_t size = sizeof(address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const bound = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(listener_, bound, size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    EXPECT_EQ(getsockname(listener_, bound, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, text] {
      peer_ = accept(listener_, nullptr, nullptr);
      accepted_.Notify();
      while (send(peer_, text.data(), text.size(), MSG_NOSIGNAL) > 0) {
      }
    });
  }
  ~EndlessServer() {
    shutdown(listener_, SHUT_RDWR);
    accepted_.WaitForNotification();
    shutdown(peer_, SHUT_RDWR);
    thread_.join();
    close(peer_);
    close(listener_);
  }
  EndlessServer(const EndlessServer&) = delete;
  EndlessServer& operator=(const EndlessServer&) = delete;

  int port() const { return port_; }

 private:
  const int listener_ = socket(AF_INET, SOCK_STREAM, 0);
  int port_ = 0;
  int peer_ = -1;
  absl::Notification accepted_;
  std::thread thread_;
};

TEST_F(RelayTest, ServerWhoseHeadNeverEndsIsLeftAtTheDeadline) {
  const EndlessServer server("HTTP/1.1 100 Continue\r\n\r\n");
  const auto relay = Start({.timeout = absl::Milliseconds(100), .concurrency = 1}, server.port());
  EXPECT_EQ(relay->Forward("tool-calls", kHead, kBody)->outcome, RelayOutcome::kTimedOut);
  EXPECT_TRUE(AwaitOutcome(*relay, RelayOutcome::kTimedOut));
}

TEST_F(RelayTest, MoreThanTheLimitAreRefusedAtOnce) {
  absl::Notification reached;
  absl::Notification release;
  answer_ = [&](const httplib::Request& /*request*/, httplib::Response& response) {
    reached.Notify();
    release.WaitForNotification();
    response.status = 200;
  };
  const auto relay = Start({.concurrency = 1});
  Relayed first;
  std::thread waiting([&] { first = relay->Forward("tool-calls", kHead, kBody).value(); });
  reached.WaitForNotification();
  EXPECT_EQ(relay->Forward("tool-calls", kHead, kBody)->outcome, RelayOutcome::kBusy);
  release.Notify();
  waiting.join();
  EXPECT_EQ(first.outcome, RelayOutcome::kAnswered);
}

TEST_F(RelayTest, OnlyConfiguredTypesAreTaken) {
  answer_ = [](const httplib::Request& /*request*/, httplib::Response& response) {
    response.status = 200;
  };
  const auto relay = Start({});
  EXPECT_TRUE(relay->Forward("tool-calls", kHead, kBody).has_value());
  EXPECT_FALSE(relay->Forward("voice-request", kHead, kBody).has_value());
}

}  // namespace
}  // namespace autopulse::callevents::adapter::relay
