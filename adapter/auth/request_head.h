#pragma once

#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::auth {

// One header line. `value` is without the white space around it.
struct HeaderLine {
  absl::string_view name;
  absl::string_view value;
};

// The head of a request as it came over the wire: the request line and the header lines, each
// ended by CR LF. Values are the bytes that were sent: a secret may have a `%` in it, which an
// HTTP library would decode. Points into what it was made of. Immutable.
class RequestHead {
 public:
  // Never fails: what is no line of a head is left out.
  explicit RequestHead(absl::string_view head);

  // The first two words of the request line, empty where there are none.
  absl::string_view method() const { return method_; }
  absl::string_view target() const { return target_; }

  // Every header line, in the order sent. A name is everything before the colon: one with a space
  // behind it is another name.
  const std::vector<HeaderLine>& lines() const { return lines_; }

  // The values of the lines with this name, upper or lower case.
  std::vector<absl::string_view> Values(absl::string_view name) const;

 private:
  absl::string_view method_;
  absl::string_view target_;
  std::vector<HeaderLine> lines_;
};

}  // namespace autopulse::callevents::adapter::auth
