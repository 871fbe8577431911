#include "tests/persistence/store_file.h"

#include <utility>

#include "persistence/open_database.h"

namespace autopulse::callevents::persistence {

void StoreFileTest::Open() {
  auto opened = OpenCallStore("sqlite:" + path());
  ASSERT_TRUE(opened.ok()) << opened.status();
  store_ = *std::move(opened);
}

domain::Call StoreFileTest::GetCall(std::int64_t call_id) {
  domain::Call call;
  const absl::Status status = store_->Read([&](core::CallReader& reader) {
    auto found = reader.GetCall(call_id);
    if (found.ok()) call = *std::move(found);
    return found.status();
  });
  EXPECT_TRUE(status.ok()) << status;
  return call;
}

}  // namespace autopulse::callevents::persistence
