#include "adapter/http/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter::http {
namespace {

constexpr std::size_t kUnauthorized = std::size_t{64} << 10;

// A peer that has sent `beginning`, and then `more` without end, or hung up if that is nothing.
class ScriptedTransport final : public Transport {
 public:
  ScriptedTransport(std::string beginning, std::string more)
      : next_(std::move(beginning)), more_(std::move(more)) {}

  Transfer Receive(char* target, std::size_t size) override {
    while (next_.size() < size && !more_.empty()) next_ += more_;
    size = std::min(size, next_.size());
    if (size == 0) return {};
    std::memcpy(target, next_.data(), size);
    next_.erase(0, size);
    return {Transfer::Result::kDone, size};
  }

  Transfer Send(absl::string_view bytes) override {
    return {Transfer::Result::kDone, bytes.size()};
  }

  void FinishSending() override {}
  bool short_receive_drains() const override { return false; }

 private:
  std::string next_;
  const std::string more_;
};

// Of whom more is read, whatever it is, that gives nothing to receive.
class EmptyTransport final : public Transport {
 public:
  Transfer Receive(char* /*target*/, std::size_t /*size*/) override {
    return {Transfer::Result::kPaused};
  }
  Transfer Send(absl::string_view /*bytes*/) override { return {}; }
  void FinishSending() override {}
  bool short_receive_drains() const override { return false; }
};

class ConnectionTest : public testing::Test, private Connection::Judge {
 protected:
  std::unique_ptr<Connection> Connect(std::unique_ptr<Transport> transport) {
    return std::make_unique<Connection>(
        -1, Address(), std::move(transport),
        Connection::Shared{limits_, *this, {all_, unauthorized_, of_address_}}, now_);
  }

  ConnectionLimits limits_;
  absl::Time now_ = absl::UnixEpoch();
  bool is_authorized_ = true;
  std::string refused_;  // the kind of the last refusal
  BufferBudget all_{std::size_t{64} << 20};
  BufferBudget unauthorized_{kUnauthorized};
  BufferBudget of_address_{kUnauthorized};

 private:
  HeadVerdict JudgeHead(const RequestHead& /*head*/, const Address& /*peer*/) override {
    return {.is_authorized = is_authorized_};
  }
  void OnRefused(const Refusal& refusal) override { refused_ = std::string(refusal.kind); }
};

TEST_F(ConnectionTest, WhoAlwaysHasSentMoreGivesWayToOthers) {
  const std::string head = "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& more : {std::string("400\r\n") + std::string(0x400, ' ') + "\r\n",
                                  "1;" + std::string(1000, 'a') + "\r\nx\r\n"}) {
    const auto connection = Connect(std::make_unique<ScriptedTransport>(head, more));
    EXPECT_EQ(connection->Advance(now_), Connection::Next::kYield);
    EXPECT_EQ(connection->Advance(now_), Connection::Next::kYield);
  }
}

TEST_F(ConnectionTest, RecordsThatGiveNothingGiveWayToOthers) {
  const auto connection = Connect(std::make_unique<EmptyTransport>());
  EXPECT_EQ(connection->Advance(now_), Connection::Next::kYield);
  EXPECT_EQ(connection->CheckDeadline(now_ + absl::Hours(1)), Connection::Next::kClose);
}

TEST_F(ConnectionTest, BodyOfManyTurnsArrivesWhole) {
  const std::size_t length = limits_.head.max_body_bytes;
  const auto connection = Connect(std::make_unique<ScriptedTransport>(
      absl::StrCat("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ", length, "\r\n\r\n"),
      std::string(1024, 'b')));
  int turns = 1;
  while (connection->Advance(now_) == Connection::Next::kYield) ++turns;
  EXPECT_GT(turns, 8);
  EXPECT_EQ(connection->request().body, std::string(length, 'b'));
}

// A whole request with a body of so many bytes.
std::string RequestOf(std::size_t length) {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: ", length, "\r\n\r\n",
                      std::string(length, 'b'));
}

TEST_F(ConnectionTest, BodyIsHeldAgainstItsAddressUnlessItsHeadProvesItsSender) {
  for (const bool is_authorized : {true, false}) {
    is_authorized_ = is_authorized;
    const auto connection = Connect(std::make_unique<ScriptedTransport>(RequestOf(200'000), ""));
    EXPECT_EQ(connection->Advance(now_),
              is_authorized ? Connection::Next::kAnswer : Connection::Next::kClose);
    EXPECT_EQ(refused_, is_authorized ? "" : "memory");
  }
}

TEST_F(ConnectionTest, RequestThatArrivesWholeIsHeldAgainstNobody) {
  is_authorized_ = false;
  ASSERT_TRUE(unauthorized_.Rebook(0, kUnauthorized));
  const auto connection = Connect(std::make_unique<ScriptedTransport>(RequestOf(60'000), "next"));
  EXPECT_EQ(connection->Advance(now_), Connection::Next::kAnswer);
  EXPECT_EQ(refused_, "");
}

TEST_F(ConnectionTest, WhatWasBookedIsGivenBack) {
  is_authorized_ = false;
  Connect(std::make_unique<ScriptedTransport>(RequestOf(60'000), "POST /"))->Advance(now_);
  Connect(std::make_unique<ScriptedTransport>(RequestOf(200'000), ""))->Advance(now_);
  EXPECT_EQ(all_.used(), 0u);
  EXPECT_EQ(unauthorized_.used(), 0u);
  EXPECT_EQ(of_address_.used(), 0u);
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
