#pragma once

#include <utility>

#include "absl/base/call_once.h"

namespace autopulse::callevents::base {

// A value that is made when somebody first needs it, once for all who share what it belongs to,
// `const` as that may be. Thread-safe.
template <typename Value>
class Memo {
 public:
  // The value, which the first caller's `make` makes while others wait; it must not throw. The
  // reference is good as long as this.
  template <typename Make>
  const Value& Get(Make make) const {
    absl::call_once(once_, [&] { value_ = std::move(make)(); });
    return value_;
  }

 private:
  mutable absl::once_flag once_;
  mutable Value value_;
};

}  // namespace autopulse::callevents::base
