#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::relay {

// A URL in the two parts that an HTTP client wants.
struct Target {
  std::string origin;  // `https://tools.example:8443`
  std::string path;    // with the query, `/vapi?x=1`; `/` at least
};

// Where each type of message goes [V6]. Immutable.
class RelayTargets {
 public:
  // No type goes anywhere.
  RelayTargets() = default;

  // Reads `URL` for every type of `types`, or `TYPE=URL` for one of them, several separated by
  // commas (one in a URL is `%2C`).
  //
  // Fails with INVALID_ARGUMENT and a sentence: the type is none of `types` or is there twice; the
  // URL is not `http://` or `https://`, has no host, holds a name and password, a fragment or
  // characters that no URL has.
  static absl::StatusOr<RelayTargets> Parse(absl::string_view text,
                                            const std::vector<absl::string_view>& types);

  // Where messages of this type go; null if nowhere.
  const Target* Find(absl::string_view type) const;

  bool empty() const { return by_type_.empty(); }

 private:
  std::map<std::string, Target, std::less<>> by_type_;
};

}  // namespace autopulse::callevents::adapter::relay
