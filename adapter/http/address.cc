#include "adapter/http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace autopulse::callevents::adapter::http {
namespace {

constexpr std::size_t kNetworkBytes = 8;  // of an IPv6 address, the /64

constexpr std::size_t kIpv4At = 12;  // where an IPv4 address is in an IPv6 one
constexpr std::array<std::uint8_t, kIpv4At> kIpv4Prefix = {0, 0, 0, 0, 0,    0,
                                                           0, 0, 0, 0, 0xff, 0xff};

}  // namespace

Address Address::Of(const sockaddr_storage& socket_address) {
  Address address;
  if (socket_address.ss_family == AF_INET6) {
    sockaddr_in6 ipv6;
    std::memcpy(&ipv6, &socket_address, sizeof(ipv6));
    std::memcpy(address.bytes_.data(), &ipv6.sin6_addr, address.bytes_.size());
  } else if (socket_address.ss_family == AF_INET) {
    sockaddr_in ipv4;
    std::memcpy(&ipv4, &socket_address, sizeof(ipv4));
    std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), address.bytes_.begin());
    std::memcpy(address.bytes_.data() + kIpv4At, &ipv4.sin_addr, sizeof(ipv4.sin_addr));
  }
  return address;
}

std::optional<Address> Address::Parse(absl::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) {
    return std::nullopt;
  }
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes_.data()) == 1) return address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes_.data() + kIpv4At) != 1) {
    return std::nullopt;
  }
  std::copy(kIpv4Prefix.begin(), kIpv4Prefix.end(), address.bytes_.begin());
  return address;
}

Address Address::OneSender() const {
  if (is_ipv4()) return *this;
  Address network;
  std::copy_n(bytes_.begin(), kNetworkBytes, network.bytes_.begin());
  return network;
}

bool Address::is_ipv4() const {
  return std::equal(kIpv4Prefix.begin(), kIpv4Prefix.end(), bytes_.begin());
}

}  // namespace autopulse::callevents::adapter::http
