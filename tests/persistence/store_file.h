#pragma once

#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/core/call_store.h"
#include "tests/temporary_folder.h"

namespace autopulse::callevents::persistence {

// A test with a store and the file it lies in.
class StoreFileTest : public testing::Test {
 protected:
  void SetUp() override { Open(); }

  void Open();
  std::string path() const { return folder_ / "calls.db"; }
  core::CallStore& store() { return *store_; }

  // The call as the store reads it; fails the test if it cannot.
  domain::Call GetCall(std::int64_t call_id);

 private:
  TemporaryFolder folder_;
  std::unique_ptr<core::CallStore> store_;
};

}  // namespace autopulse::callevents::persistence
