// The limit of HTTP and JSON: a cpp-httplib server that parses each body and answers. Prints its
// port. With --trivial it is what the load generator itself is measured against.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "tests/bench/fail.h"

namespace autopulse::callevents::bench {
namespace {

constexpr absl::string_view kBody = R"({"status":"success","message":"Call status updated"})";
constexpr absl::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

void AnnouncePort(int port) { std::cout << "bare ready on 127.0.0.1:" << port << std::endl; }

void ServeHttp(int threads) {
  httplib::Server server;
  server.new_task_queue = [threads] {
    return new httplib::ThreadPool(static_cast<std::size_t>(threads));
  };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.set_keep_alive_timeout(60);
  server.Post("/webhooks/vapi", [](const httplib::Request& request, httplib::Response& response) {
    const nlohmann::json body = nlohmann::json::parse(request.body, nullptr, false);
    response.status = body.is_object() ? 200 : 400;
    response.set_content(std::string(kBody), "application/json");
  });
  AnnouncePort(server.bind_to_any_port("127.0.0.1"));
  server.listen_after_bind();
}

// Answers each request, which it only counts the bytes of.
class TrivialResponder {
 public:
  void Serve() {
    listener_ = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(listener_, 1024) != 0) {
      Fail("cannot listen");
    }
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    AnnouncePort(ntohs(address.sin_port));
    epoll_ = epoll_create1(0);
    Watch(listener_);
    std::array<epoll_event, 256> events;
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) Handle(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  void Watch(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  }

  void Handle(int fd) {
    if (fd == listener_) {
      const int connection = accept(listener_, nullptr, nullptr);
      const int on = 1;
      setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      missing_[connection] = 0;
      Watch(connection);
      return;
    }
    const ssize_t count = recv(fd, buffer_.data(), buffer_.size(), 0);
    if (count <= 0) {
      close(fd);
      return;
    }
    std::int64_t& missing = missing_[fd];
    if (missing == 0) missing = RequestBytes({buffer_.data(), static_cast<std::size_t>(count)});
    missing -= count;
    if (missing == 0) send(fd, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
  }

  // The load generator sends a head in one piece.
  static std::int64_t RequestBytes(absl::string_view head) {
    constexpr absl::string_view kLength = "Content-Length: ";
    const std::size_t at = head.find(kLength);
    const std::size_t end = head.find("\r\n\r\n");
    std::int64_t length = 0;
    if (at == absl::string_view::npos || end == absl::string_view::npos) Fail("half a head");
    std::from_chars(head.data() + at + kLength.size(), head.data() + end, length);
    return static_cast<std::int64_t>(end) + 4 + length;
  }

  int listener_ = -1;
  int epoll_ = -1;
  std::unordered_map<int, std::int64_t> missing_;  // bytes of the request under way
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
};

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) {
  namespace bench = autopulse::callevents::bench;
  CLI::App app("The limit of HTTP and JSON.");
  int threads = 32;
  bool trivial = false;
  app.add_option("--threads", threads);
  app.add_flag("--trivial", trivial, "no HTTP, no JSON: what the load generator can do");
  CLI11_PARSE(app, argc, argv);
  if (trivial) {
    bench::TrivialResponder().Serve();
  } else {
    bench::ServeHttp(threads);
  }
  return 0;
}
