#include "adapter/http/chunked_body.h"

#include <gtest/gtest.h>

#include <string>

namespace autopulse::callevents::adapter::http {
namespace {

constexpr std::size_t kMax = 100;

// The body of `bytes`, or the status that they are refused with.
struct Decoded {
  ChunkedBody::Result result;
  std::string body;
  std::string rest;
  int status;
};

Decoded Decode(const std::string& bytes, std::size_t step) {
  ChunkedBody chunks(kMax);
  std::string buffer;
  ChunkedBody::Result result = ChunkedBody::Result::kMore;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    buffer += bytes.substr(at, step);
    if (result == ChunkedBody::Result::kMore) result = chunks.Decode(buffer);
  }
  return {result, buffer.substr(0, chunks.size()), buffer.substr(chunks.size()),
          chunks.error().status};
}

TEST(ChunkedBodyTest, ChunksBecomeTheBodyHoweverTheyArrive) {
  const std::string bytes =
      "5\r\nhello\r\n1;name=\"value\"\r\n \r\n00A\r\nhappy worl\r\n1\r\nd\r\n0\r\nTrailer: "
      "x\r\n\r\nnext";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    const Decoded decoded = Decode(bytes, step);
    EXPECT_EQ(decoded.result, ChunkedBody::Result::kWhole) << step;
    EXPECT_EQ(decoded.body, "hello happy world") << step;
    EXPECT_EQ(decoded.rest, "next") << step;
  }
}

TEST(ChunkedBodyTest, MissingLastChunkIsWaitedFor) {
  EXPECT_EQ(Decode("5\r\nhello\r\n", 3).result, ChunkedBody::Result::kMore);
  EXPECT_EQ(Decode("5\r\nhello\r\n0\r\n", 3).result, ChunkedBody::Result::kMore);
}

TEST(ChunkedBodyTest, SizeThatIsNoneIsRefused) {
  for (const char* bytes : {"-1\r\n", "+1\r\n", "x\r\n", "\r\n", "0x1\r\n", " 1\r\n", "1 \r\n",
                            "5\n", "5\nhello\n", "5\r\nhelloo\r\n", "5\r\nhello5\r\n"}) {
    for (std::size_t step : {1, 100}) {
      const Decoded decoded = Decode(bytes, step);
      EXPECT_EQ(decoded.result, ChunkedBody::Result::kBad) << bytes;
      EXPECT_EQ(decoded.status, 400) << bytes;
    }
  }
}

TEST(ChunkedBodyTest, LineThatOthersReadOtherwiseIsRefused) {
  for (const std::string& bytes :
       {std::string("1;a\rb\r\n"), std::string("1;a\0b\r\n", 7), std::string("0\r\nA: \0\r\n", 9),
        std::string("0\r\nA: \r\r\n"), std::string("0\r\nno colon\r\n"),
        std::string("0\r\n: no name\r\n")}) {
    for (std::size_t step : {1, 100}) EXPECT_EQ(Decode(bytes, step).status, 400) << bytes;
  }
}

TEST(ChunkedBodyTest, MoreThanTheLimitIsRefusedByItsSize) {
  EXPECT_EQ(Decode("64\r\n", 1).result, ChunkedBody::Result::kMore);
  EXPECT_EQ(Decode("65\r\n", 1).status, 413);
  EXPECT_EQ(Decode("5\r\nhello\r\n60\r\n", 1).status, 413);
  EXPECT_EQ(Decode("ffffffffffffffffffff\r\n", 1).status, 413);
}

TEST(ChunkedBodyTest, WhatFramesChunksIsCounted) {
  for (const std::string& chunk :
       {"1;" + std::string(1000, 'x') + "\r\nb\r\n", std::string(1000, '0') + "1\r\nb\r\n"}) {
    std::string bytes;
    for (int i = 0; i < 60; ++i) bytes += chunk;
    EXPECT_EQ(Decode(bytes, 1000).result, ChunkedBody::Result::kMore);
    for (int i = 0; i < 10; ++i) bytes += chunk;
    EXPECT_EQ(Decode(bytes, 1000).status, 413);
  }
}

TEST(ChunkedBodyTest, EndlessLinesAndTrailersAreRefused) {
  EXPECT_EQ(Decode("5;" + std::string(2000, 'x'), 10).status, 400);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 100; ++i) trailers += "Name: " + std::string(100, 'x') + "\r\n";
  EXPECT_EQ(Decode(trailers, 10).status, 431);
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http
