#include "services/base/thread.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <array>
#include <string>

namespace autopulse::callevents::base {
namespace {

TEST(StartThreadTest, TheSystemKnowsTheThreadByItsNameAndItsParentByTheOldOne) {
  const auto name = [] {
    std::array<char, 16> buffer{};
    pthread_getname_np(pthread_self(), buffer.data(), buffer.size());
    return std::string(buffer.data());
  };
  const std::string parent = name();
  std::string child;
  StartThread("fifteen-letters", [&] { child = name(); }).join();
  EXPECT_EQ(child, "fifteen-letters");
  EXPECT_EQ(name(), parent);
}

}  // namespace
}  // namespace autopulse::callevents::base
