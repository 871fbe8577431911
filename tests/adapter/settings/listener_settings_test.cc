#include "adapter/settings/listener_settings.h"

#include <gtest/gtest.h>

namespace autopulse::callevents::adapter {
namespace {

http::EventLoop::Options LoopWith(const std::string& trusted_proxy) {
  ListenerSettings settings;
  settings.trusted_proxy = trusted_proxy;
  return ReadListenerSettings(settings)->loop;
}

TEST(ListenerSettingsTest, OneAddressTakesAPartUnlessItsConnectionsAreThoseOfMany) {
  const http::EventLoop::Options direct = LoopWith("");
  EXPECT_EQ(direct.max_connections_per_address, direct.max_connections / 2);
  EXPECT_EQ(direct.max_unauthorized_bytes_per_address, direct.max_buffered_bytes / 8);
  const http::EventLoop::Options proxied = LoopWith("127.0.0.1");
  EXPECT_EQ(proxied.max_connections_per_address, proxied.max_connections);
  EXPECT_EQ(proxied.max_unauthorized_bytes_per_address, proxied.max_unauthorized_bytes);
  EXPECT_EQ(proxied.max_unauthorized_bytes, proxied.max_buffered_bytes / 2);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
