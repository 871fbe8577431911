#include "services/grpc/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::rpc {
namespace {

using testing::HasSubstr;

// A socket in the file system that listens as long as this lives; its file stays.
class ListeningSocket {
 public:
  explicit ListeningSocket(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    struct sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    EXPECT_EQ(bind(fd_, reinterpret_cast<const struct sockaddr*>(&address), sizeof(address)), 0);
    EXPECT_EQ(listen(fd_, 1), 0);
  }
  ~ListeningSocket() { close(fd_); }

 private:
  const int fd_;
};

class SocketPathTest : public testing::Test {
 protected:
  ~SocketPathTest() override { unlink(path_.c_str()); }

  bool Exists() const {
    struct stat found = {};
    return lstat(path_.c_str(), &found) == 0;
  }

  const std::string path_ = absl::StrCat(testing::TempDir(), "listen_", getpid());
};

TEST(ListenAddressTest, SocketsAndTheLoopbackInterfaceAreLocal) {
  for (const char* text : {"127.0.0.1:1", "127.9.9.9:0", "localhost:50051", "[::1]:50051",
                           "unix:/run/x", "unix:x", "unix:///run/x"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_TRUE(address->is_local()) << text;
  }
  for (const char* text : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "service.example:1",
                           "127.0.0.1.example:1", "localhost.example:1"}) {
    const auto address = ParseListenAddress(text);
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_FALSE(address->is_local()) << text;
  }
}

TEST(ListenAddressTest, PathOfASocketIsRead) {
  EXPECT_EQ(ParseListenAddress("unix:x.sock")->socket_path, "x.sock");
  EXPECT_EQ(ParseListenAddress("unix:/run/x.sock")->socket_path, "/run/x.sock");
  EXPECT_EQ(ParseListenAddress("unix:///run/x.sock")->socket_path, "/run/x.sock");
}

TEST(ListenAddressTest, WhatIsNoAddressIsNamed) {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(":1"), std::string("host:"),
        std::string("host:x"), std::string("host:70000"), std::string("unix:"),
        std::string("unix-abstract:x"), "unix:/" + std::string(200, 'x')}) {
    const absl::Status status = ParseListenAddress(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }
}

TEST_F(SocketPathTest, NothingIsClearedWhereNothingIs) { EXPECT_TRUE(ClearSocketPath(path_).ok()); }

TEST_F(SocketPathTest, SocketThatNobodyListensOnIsRemoved) {
  { const ListeningSocket gone(path_); }
  ASSERT_TRUE(Exists());
  EXPECT_TRUE(ClearSocketPath(path_).ok());
  EXPECT_FALSE(Exists());
}

TEST_F(SocketPathTest, SocketThatSomebodyListensOnStays) {
  const ListeningSocket other(path_);
  const absl::Status status = ClearSocketPath(path_);
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
  EXPECT_TRUE(Exists());
}

TEST_F(SocketPathTest, FileThatIsNoSocketStays) {
  std::ofstream(path_) << "precious";
  EXPECT_TRUE(absl::IsFailedPrecondition(ClearSocketPath(path_)));
  EXPECT_TRUE(Exists());
}

TEST_F(SocketPathTest, GroupThatDoesNotExistIsNamed) {
  const ListeningSocket socket(path_);
  const absl::Status status = ShareSocket(path_, "no-such-group");
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("no-such-group"));
}

}  // namespace
}  // namespace autopulse::callevents::rpc
