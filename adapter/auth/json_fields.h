#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/json/json_tree.h"

namespace autopulse::callevents::adapter::auth {

// Reads the members of one JSON object of a settings file. The first thing that is wrong is kept as
// an INVALID_ARGUMENT that names the field and never its value; from then on defaults are returned.
// `Finish` at the end finds what nobody asked for.
class JsonFields {
 public:
  // `path` is how messages call the object: `methods[0]`; empty for the outermost.
  JsonFields(JsonValue object, std::string path);

  // The text of a member that may be absent, but not empty unless the default is.
  std::string Text(absl::string_view name, absl::string_view default_value);

  // A member that is true or false.
  bool Flag(absl::string_view name, bool default_value);

  // A member that is a whole number of seconds, from 0 to a year.
  absl::Duration Seconds(absl::string_view name, absl::Duration default_value);

  // A list of texts that must be there, with at least one in it and none of them empty.
  std::vector<std::string> Texts(absl::string_view name);

  // The elements of a list that must be there, with at least one in it, each with its path.
  std::vector<std::pair<JsonValue, std::string>> Elements(absl::string_view name);

  // Notes that something is wrong with a member: `methods[0].algorithm WHAT`.
  void Reject(absl::string_view name, absl::string_view what);

  // What was wrong first, if anything was; a member that was never asked for is.
  absl::Status Finish();

 private:
  JsonValue Take(absl::string_view name);
  std::string PathOf(absl::string_view name) const;

  JsonValue object_;
  std::string path_;
  std::vector<std::string> taken_;
  absl::Status status_;
};

}  // namespace autopulse::callevents::adapter::auth
