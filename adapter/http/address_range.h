#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/http/address.h"

namespace autopulse::callevents::adapter::http {

// All addresses that begin alike, such as `192.0.2.0/24`, `2001:db8::/32` or the one `192.0.2.1`.
class AddressRange {
 public:
  // Of an address, or an address and the number of leading bits that count, in CIDR notation.
  //
  // Fails with INVALID_ARGUMENT and a sentence that quotes `text`; also if bits beyond those that
  // count are set, which is more likely a slip than meant.
  static absl::StatusOr<AddressRange> Parse(absl::string_view text);

  bool Contains(const Address& address) const;

 private:
  AddressRange(const Address& first, int bits) : first_(first), bits_(bits) {}

  Address first_;
  int bits_;  // of the 128
};

// Ranges separated by commas; none for an empty text. Fails as `AddressRange::Parse`.
absl::StatusOr<std::vector<AddressRange>> ParseAddressRanges(absl::string_view text);

// Whether one of them contains the address.
bool ContainsAddress(const std::vector<AddressRange>& ranges, const Address& address);

}  // namespace autopulse::callevents::adapter::http
