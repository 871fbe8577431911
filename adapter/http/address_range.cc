#include "adapter/http/address_range.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace autopulse::callevents::adapter::http {
namespace {

constexpr int kBits = 128;
constexpr int kIpv4Bits = 32;

bool BitAt(const Address& address, int bit) {
  return ((address.bytes()[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8)) & 1) != 0;
}

absl::Status NoRange(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", text, "' is no address or range such as 192.0.2.0/24: ", why));
}

}  // namespace

absl::StatusOr<AddressRange> AddressRange::Parse(absl::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = Address::Parse(text.substr(0, slash));
  if (!address.has_value()) return NoRange(text, "not an IPv4 or IPv6 address");
  const int width = address->is_ipv4() ? kIpv4Bits : kBits;
  int bits = width;
  if (slash != absl::string_view::npos &&
      (!absl::SimpleAtoi(text.substr(slash + 1), &bits) || bits < 0 || bits > width)) {
    return NoRange(text, absl::StrCat("behind the slash must be a number from 0 to ", width));
  }
  bits += kBits - width;
  for (int bit = bits; bit < kBits; ++bit) {
    if (BitAt(*address, bit)) return NoRange(text, "bits beyond the prefix are set");
  }
  return AddressRange(*address, bits);
}

bool AddressRange::Contains(const Address& address) const {
  const auto whole = static_cast<std::ptrdiff_t>(bits_ / 8);
  if (!std::equal(first_.bytes().begin(), first_.bytes().begin() + whole,
                  address.bytes().begin())) {
    return false;
  }
  for (int bit = bits_ / 8 * 8; bit < bits_; ++bit) {
    if (BitAt(first_, bit) != BitAt(address, bit)) return false;
  }
  return true;
}

absl::StatusOr<std::vector<AddressRange>> ParseAddressRanges(absl::string_view text) {
  std::vector<AddressRange> ranges;
  if (text.empty()) return ranges;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    absl::StatusOr<AddressRange> range = AddressRange::Parse(absl::StripAsciiWhitespace(part));
    if (!range.ok()) return range.status();
    ranges.push_back(*std::move(range));
  }
  return ranges;
}

bool ContainsAddress(const std::vector<AddressRange>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const AddressRange& range) { return range.Contains(address); });
}

}  // namespace autopulse::callevents::adapter::http
