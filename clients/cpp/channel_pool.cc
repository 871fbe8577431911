#include "clients/cpp/channel_pool.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/random/random.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::client {
namespace {

// How long a service that could not be reached may take to be connected when all others fail.
constexpr absl::Duration kRevival = absl::Milliseconds(250);

bool IsHostAndPort(absl::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  const absl::string_view host = text.substr(0, colon);
  const bool bracketed = absl::StartsWith(host, "[") && absl::EndsWith(host, "]");
  if (absl::StrContains(host, ":") && !bracketed) return false;
  if (!std::all_of(host.begin(), host.end(), absl::ascii_isgraph)) return false;
  std::uint32_t port = 0;
  return absl::SimpleAtoi(text.substr(colon + 1), &port) && port >= 1 && port <= 65535;
}

bool IsAddress(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "unix:")) return !text.empty();
  if (absl::ConsumePrefix(&text, "dns:")) {
    // With a server of names in front, //SERVER/, or none, ///.
    if (absl::ConsumePrefix(&text, "//")) text.remove_prefix(std::min(text.find('/'), text.size()));
    absl::ConsumePrefix(&text, "/");
  } else if (!absl::ConsumePrefix(&text, "ipv4:")) {
    absl::ConsumePrefix(&text, "ipv6:");
  }
  return IsHostAndPort(text);
}

// Whether one address may be that of several machines.
bool IsName(absl::string_view address) {
  if (absl::StartsWith(address, "dns:")) return true;
  if (absl::StartsWith(address, "unix:") || absl::StartsWith(address, "ipv")) return false;
  const absl::string_view host = address.substr(0, address.rfind(':'));
  return !absl::StartsWith(host, "[") && std::any_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalpha(c);
  });
}

// Where a service stands in the order in which they are tried.
int Rank(grpc::Channel& channel) {
  switch (channel.GetState(/*try_to_connect=*/true)) {
    case GRPC_CHANNEL_READY:
      return 0;
    case GRPC_CHANNEL_IDLE:
    case GRPC_CHANNEL_CONNECTING:
      return 1;
    default:
      return 2;
  }
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ReadServiceList(absl::string_view list) {
  std::vector<std::string> addresses;
  for (const absl::string_view address : absl::StrSplit(list, ',')) {
    if (!IsAddress(address)) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", address,
                       "' is no address: give HOST:PORT, as in 127.0.0.1:50051, or unix:PATH, or "
                       "several of them with commas between"));
    }
    if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) {
      return absl::InvalidArgumentError(absl::StrCat("'", address, "' is there twice"));
    }
    addresses.emplace_back(address);
  }
  return addresses;
}

ChannelPool::ChannelPool(const ChannelOptions& options)
    // Where many clients begin at once, they do not all begin with the same service.
    : turn_(absl::Uniform<std::uint32_t>(absl::BitGen())) {
  const std::vector<std::string> addresses =
      ReadServiceList(options.service).value_or(std::vector{options.service});
  attempts_ = addresses.size();
  for (const std::string& address : addresses) {
    ChannelOptions one = options;
    one.service = address;
    std::shared_ptr<grpc::Channel> channel = OpenChannel(one);
    std::unique_ptr<Stub> stub = v1::CallEventService::NewStub(channel);
    services_.push_back({std::move(channel), std::move(stub)});
    if (IsName(address)) ++attempts_;
  }
}

std::vector<const ChannelPool::Service*> ChannelPool::InTurn() const {
  if (attempts_ == 1) return {&services_.front()};
  std::vector<std::pair<int, const Service*>> ranked;
  for (std::size_t i = 0, turn = turn_++; i < services_.size(); ++i) {
    const Service& service = services_[(turn + i) % services_.size()];
    ranked.emplace_back(Rank(*service.channel), &service);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const Service*> services;
  for (const auto& [rank, service] : ranked) services.push_back(service);
  for (std::size_t i = 0; services.size() < attempts_; ++i) services.push_back(services[i]);
  return services;
}

void ChannelPool::Revive(const Service& service, absl::Time deadline) const {
  if (services_.size() == 1) return;
  grpc::Channel& channel = *service.channel;
  if (channel.GetState(/*try_to_connect=*/true) != GRPC_CHANNEL_TRANSIENT_FAILURE) return;
  grpc::experimental::ChannelResetConnectionBackoff(&channel);
  channel.WaitForStateChange(GRPC_CHANNEL_TRANSIENT_FAILURE,
                             absl::ToChronoTime(std::min(deadline, absl::Now() + kRevival)));
}

std::vector<const ChannelPool::Service*> ChannelPool::Connected(absl::Time deadline) const {
  const std::vector<const Service*> services = InTurn();
  for (const Service* service : services) {
    grpc::Channel& channel = *service->channel;
    while (Rank(channel) == 1) {
      const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
      if (!channel.WaitForStateChange(state, absl::ToChronoTime(deadline))) break;
    }
    if (Rank(channel) == 0) return {service};
  }
  return {services.front()};
}

}  // namespace autopulse::callevents::client
