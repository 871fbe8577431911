#include "services/base/pause.h"

#include <chrono>
#include <thread>

#include "gtest/gtest.h"

namespace autopulse::callevents::base {
namespace {

TEST(PauseTest, LastsAsLongAsItIsToldTo) {
  Pause pause;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(pause.For(absl::Milliseconds(20)));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(20));
}

TEST(PauseTest, EndsWhenItIsWoken) {
  Pause pause;
  std::thread sleeper([&] { EXPECT_TRUE(pause.For(absl::Hours(1))); });
  pause.Wake();
  sleeper.join();
}

TEST(PauseTest, WakingEndsOnePauseEvenIfItBeginsLater) {
  Pause pause;
  pause.Wake();
  pause.Wake();
  EXPECT_TRUE(pause.For(absl::Hours(1)));
  EXPECT_FALSE(pause.For(absl::ZeroDuration()));
}

}  // namespace
}  // namespace autopulse::callevents::base
