#include <memory>

#include "tests/contract/call_store_contract.h"
#include "tests/fakes/fake_call_store.h"

namespace autopulse::callevents::contract {
namespace {

std::shared_ptr<core::CallStore> MakeFakeStore() {
  return std::make_shared<fakes::FakeCallStore>();
}

INSTANTIATE_TEST_SUITE_P(Fake, CallStoreContract, testing::Values(MakeFakeStore));

}  // namespace
}  // namespace autopulse::callevents::contract
