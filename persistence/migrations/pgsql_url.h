#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::persistence::migrations {

// What libpq takes for the password of `url`, empty if there is none; INVALID_ARGUMENT, quoting
// nothing of it, if libpq cannot read it. Thread-safe.
absl::StatusOr<std::string> PasswordIn(const std::string& url);

// What libpq says about a connection to `url` that failed, in one line and without the password,
// also where a password that is not escaped ended up in the host, the port or the database's name.
std::string WithoutPassword(const std::string& url, absl::string_view password,
                            absl::string_view message);

}  // namespace autopulse::callevents::persistence::migrations
