// Any text as a database's URL: what is said when the connection fails never holds the password.

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "persistence/migrations/pgsql_url.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

constexpr absl::string_view kPassword = "hunter2";

// What libpq would say of each part that it takes from the URL but for the password.
std::string LibpqMessage(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(url.c_str(), nullptr), PQconninfoFree);
  std::string message;
  for (const PQconninfoOption* option = options.get();
       option != nullptr && option->keyword != nullptr; ++option) {
    const absl::string_view keyword = option->keyword;
    if (option->val == nullptr || keyword == "password" || keyword == "user") continue;
    const bool is_number = keyword == "port" || keyword == "connect_timeout";
    absl::StrAppend(&message, is_number ? "invalid integer value \"" : "no such thing \"",
                    option->val, "\" for connection option \"", keyword, "\"\n");
  }
  return message;
}

// The fuzzer's text around a password, as an operator would write it who escapes nothing.
void Run(absl::string_view text) {
  if (absl::StrContains(text, absl::string_view("\0", 1))) return;  // no command line has it
  const std::size_t middle = text.size() / 2;
  const std::string url = absl::StrCat("postgresql://user:", text.substr(0, middle), kPassword,
                                       text.substr(middle), "@db.example:5432/calls");
  const absl::StatusOr<std::string> password = PasswordIn(url);
  const std::string said = password.ok() ? WithoutPassword(url, *password, LibpqMessage(url))
                                         : std::string(password.status().message());
  if (absl::StrContains(said, kPassword)) std::abort();
}

}  // namespace
}  // namespace autopulse::callevents::persistence::migrations

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  autopulse::callevents::persistence::migrations::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
