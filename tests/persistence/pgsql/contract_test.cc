#include <memory>
#include <utility>

#include "persistence/open_database.h"
#include "tests/contract/call_store_contract.h"
#include "tests/postgres/postgres_cluster.h"

namespace autopulse::callevents::contract {
namespace {

std::shared_ptr<core::CallStore> MakePgsqlStore() {
  persistence::OpenOptions options;
  options.migrate = true;
  options.connections = 4;
  auto opened = persistence::OpenCallStore(NewPostgresDatabase(), options);
  EXPECT_TRUE(opened.ok()) << opened.status();
  if (!opened.ok()) return nullptr;
  return std::shared_ptr<core::CallStore>(*std::move(opened));
}

INSTANTIATE_TEST_SUITE_P(Pgsql, CallStoreContract, testing::Values(MakePgsqlStore));

}  // namespace
}  // namespace autopulse::callevents::contract
