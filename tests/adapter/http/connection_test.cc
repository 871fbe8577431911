#include "adapter/http/connection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter::http {
namespace {

// A peer that has always sent more: `beginning`, and then `more` for ever.
class EndlessTransport final : public Transport {
 public:
  EndlessTransport(std::string beginning, std::string more)
      : next_(std::move(beginning)), more_(std::move(more)) {}

  Transfer Receive(char* target, std::size_t size) override {
    while (next_.size() < size) next_ += more_;
    std::memcpy(target, next_.data(), size);
    next_.erase(0, size);
    return {Transfer::Result::kDone, size};
  }

  Transfer Send(absl::string_view bytes) override {
    return {Transfer::Result::kDone, bytes.size()};
  }

  void FinishSending() override {}
  bool short_receive_drains() const override { return true; }

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
    return std::make_unique<Connection>(-1, Address(), std::move(transport),
                                        Connection::Shared{limits_, *this, budget_}, now_);
  }

  ConnectionLimits limits_;
  absl::Time now_ = absl::UnixEpoch();

 private:
  std::optional<Refusal> RefuseHead(const RequestHead& /*head*/, const Address& /*peer*/) override {
    return std::nullopt;
  }
  void OnRefused(const Refusal& /*refusal*/) override {}

  BufferBudget budget_{std::size_t{64} << 20};
};

TEST_F(ConnectionTest, WhoAlwaysHasSentMoreGivesWayToOthers) {
  const std::string head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& more : {std::string("400\r\n") + std::string(0x400, ' ') + "\r\n",
                                  "1;" + std::string(1000, 'a') + "\r\nx\r\n"}) {
    const auto connection = Connect(std::make_unique<EndlessTransport>(head, more));
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
  const auto connection = Connect(std::make_unique<EndlessTransport>(
      absl::StrCat("POST / HTTP/1.1\r\nContent-Length: ", length, "\r\n\r\n"),
      std::string(1024, 'b')));
  int turns = 1;
  while (connection->Advance(now_) == Connection::Next::kYield) ++turns;
  EXPECT_GT(turns, 8);
  EXPECT_EQ(connection->request().body, std::string(length, 'b'));
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
