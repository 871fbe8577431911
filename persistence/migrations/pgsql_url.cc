#include "persistence/migrations/pgsql_url.h"

#include <libpq-fe.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// A password with an unescaped `/`, `?` or `@` in it, or without an `@` after it, ends up in the
// host, port or database that libpq then complains about.
bool MayShowPassword(absl::string_view url, absl::string_view message) {
  const std::size_t user = url.find("://") + 3;
  const std::size_t last_at = url.rfind('@');
  if (absl::StrContains(message, "invalid integer value")) return true;
  if (last_at == absl::string_view::npos || last_at < user) return false;
  const absl::string_view credentials = url.substr(user, last_at - user);
  return credentials.find_first_of("/?@#") != absl::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> PasswordIn(const std::string& url) {
  char* ignored = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(url.c_str(), &ignored), PQconninfoFree);
  PQfreemem(ignored);
  if (options == nullptr) {
    // libpq would quote the part that it cannot read, which may be of the password.
    return absl::InvalidArgumentError(
        "the database's URL cannot be read: it is postgresql://USER:PASSWORD@HOST:PORT/NAME, where "
        "every special character of a part is written in percent code");
  }
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == absl::string_view("password") && option->val != nullptr) {
      return option->val;
    }
  }
  return "";
}

std::string WithoutPassword(const std::string& url, absl::string_view password,
                            absl::string_view message) {
  if (MayShowPassword(url, message)) {
    return "a part of the URL is not what it should be; special characters in a user or password "
           "are written in percent code";
  }
  std::string text(absl::StripAsciiWhitespace(message));
  if (!password.empty()) text = absl::StrReplaceAll(text, {{password, "(password)"}});
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

}  // namespace autopulse::callevents::persistence::migrations
