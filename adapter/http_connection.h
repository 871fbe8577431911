#pragma once

#include <httplib.h>

#include <atomic>
#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::adapter {

// What one connection may do.
struct HttpConnectionOptions {
  absl::Duration read_timeout = absl::Seconds(10);      // for the next bytes of a request
  absl::Duration write_timeout = absl::Seconds(10);     // for the next bytes of an answer
  absl::Duration request_deadline = absl::Seconds(20);  // from its first byte to its last
  absl::Duration stop_grace = absl::Seconds(3);         // the same, once the server stops
  std::size_t max_head_bytes = std::size_t{32} << 10;   // request line and headers
};

// One accepted connection as a stream for cpp-httplib's parser, with what the library's own stream
// lacks: a deadline for a whole request, so that a sender who drips bytes cannot hold a thread; a
// limit for the head; the head as it was sent, since the library percent-decodes header values; and
// bytes read ahead that survive to the next request of the connection.
//
// Used by one thread. Does not own the socket.
class HttpConnection final : public httplib::Stream {
 public:
  // `stopping` must outlive the connection.
  HttpConnection(socket_t socket, const HttpConnectionOptions& options,
                 const std::atomic<bool>& stopping);

  // Waits up to `timeout` for the first byte of a request. False if none came.
  bool WaitForRequest(absl::Duration timeout);

  // Starts the deadline and the head of a new request.
  void BeginRequest();

  // Request line and headers of the present request, as far as they were read.
  absl::string_view head() const { return head_; }

  // How many bytes of the body were read.
  std::size_t body_bytes_read() const { return body_bytes_read_; }

  // Sends what was written. False if the peer does not take it.
  bool Flush();

  // Tells the peer that no more comes, and reads what it still sends, for a short while: closing
  // over unread bytes would reset the connection before the peer has read its answer.
  void CloseGently();

  // httplib::Stream. `read` returns 0 at the end of the connection, -1 on a time-out or limit.
  bool is_readable() const override;
  bool is_writable() const override;
  ssize_t read(char* target, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{16} << 10;

  bool Poll(short events, absl::Duration timeout) const;
  bool Receive();
  bool NoteHead(absl::string_view bytes);

  const socket_t socket_;
  const HttpConnectionOptions options_;
  const std::atomic<bool>& stopping_;

  std::string received_;
  std::size_t received_begin_ = 0;
  std::string to_send_;
  absl::Time deadline_ = absl::InfiniteFuture();
  bool in_head_ = false;
  std::string head_;
  std::size_t body_bytes_read_ = 0;
};

}  // namespace autopulse::callevents::adapter
