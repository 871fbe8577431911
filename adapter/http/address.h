#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter::http {

// An address of the internet. IPv4 ones are kept as IPv6 writes them, `::ffff:192.0.2.1`, so that
// one that comes through a socket of either kind is the same address. The default is `::`.
class Address {
 public:
  Address() = default;

  // Of what the kernel says of a peer; `::` for a family that is neither IPv4 nor IPv6.
  static Address Of(const sockaddr_storage& socket_address);

  // Of `192.0.2.1` or `2001:db8::1`; nothing for other text.
  static std::optional<Address> Parse(absl::string_view text);

  // What one sender has, as far as limits go: an IPv4 address itself, of an IPv6 one its /64, of
  // which everybody has a whole one at least.
  Address OneSender() const;

  bool is_ipv4() const;
  const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }

  friend bool operator==(const Address& a, const Address& b) { return a.bytes_ == b.bytes_; }

  template <typename H>
  friend H AbslHashValue(H state, const Address& address) {
    return H::combine(std::move(state), address.bytes_);
  }

 private:
  std::array<std::uint8_t, 16> bytes_ = {};
};

}  // namespace autopulse::callevents::adapter::http
