#include <memory>
#include <utility>

#include "persistence/open_database.h"
#include "tests/contract/call_store_contract.h"
#include "tests/persistence/store_file.h"

namespace autopulse::callevents::contract {
namespace {

// The store closes its file before the folder goes.
struct StoreInFolder {
  TemporaryFolder folder;
  std::unique_ptr<core::CallStore> store;
};

std::shared_ptr<core::CallStore> MakeSqliteStore() {
  auto made = std::make_shared<StoreInFolder>();
  auto opened = persistence::OpenCallStore("sqlite:" + (made->folder / "calls.db"));
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return nullptr;
  made->store = *std::move(opened);
  return {made, made->store.get()};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, CallStoreContract, testing::Values(MakeSqliteStore));

}  // namespace
}  // namespace autopulse::callevents::contract
