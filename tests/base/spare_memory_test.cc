#include "services/base/spare_memory.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/wait_until.h"

namespace autopulse::callevents::base {
namespace {

constexpr std::size_t kMegabyte = std::size_t{1} << 20;

TEST(SpareMemoryTest, WhatABurstTookIsGivenBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer's malloc keeps what is freed";
#endif
  std::vector<std::unique_ptr<std::string>> burst;
  for (int i = 0; i < 100'000; ++i) burst.push_back(std::make_unique<std::string>(1000, 'x'));
  const std::size_t most = ResidentBytes();
  const std::unique_ptr<std::string> last = std::move(burst.back());  // above all that is freed
  burst.clear();
  const SpareMemory spare(absl::Milliseconds(1), /*at_ease=*/0);
  WaitUntil([&] { return ResidentBytes() <= most - 50 * kMegabyte; }, "memory to be given back");
}

}  // namespace
}  // namespace autopulse::callevents::base
