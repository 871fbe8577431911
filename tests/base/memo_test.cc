#include "services/base/memo.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace autopulse::callevents::base {
namespace {

TEST(MemoTest, TheValueIsMadeOnceForAllWhoAskAtTheSameTime) {
  const Memo<std::string> memo;
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const std::string& value = memo.Get([&] {
        ++made;
        return std::string("made");
      });
      EXPECT_EQ(value, "made");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace autopulse::callevents::base
