#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// What a request to the admin listener is about: `/v1/dead-letters/17:replay?force=true` has the
// segments `v1`, `dead-letters`, `17`, the verb `replay` and one parameter.
struct AdminTarget {
  std::vector<std::string> segments;
  std::string verb;  // empty for none
  std::map<std::string, std::string> parameters;

  // A parameter that selects; empty if it is not given. INVALID_ARGUMENT, naming it, if it is given
  // and empty: then nothing would be selected by what was to be.
  absl::StatusOr<std::string> Selector(const std::string& name) const;

  // A parameter that is `true` or `false`; false if it is not given. INVALID_ARGUMENT, naming it,
  // for other text.
  absl::StatusOr<bool> Flag(const std::string& name) const;

  // A parameter from `least` to `most`; `otherwise` if it is not given or empty, as the token of
  // the first page is. INVALID_ARGUMENT, naming it, for anything else.
  absl::StatusOr<std::int64_t> Number(const std::string& name, std::int64_t least,
                                      std::int64_t most, std::int64_t otherwise) const;

  // INVALID_ARGUMENT, naming it, if a parameter is given that is not one of `names`.
  absl::Status Allow(const std::vector<absl::string_view>& names) const;

 private:
  std::string Text(const std::string& name) const;
};

// Reads the target of an HTTP request. INVALID_ARGUMENT if it is none, or a parameter is given
// twice.
absl::StatusOr<AdminTarget> ParseAdminTarget(absl::string_view target);

}  // namespace autopulse::callevents::adapter
