#include "adapter/http_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/time/clock.h"

namespace autopulse::callevents::adapter {
namespace {

// How often a waiting thread looks whether the server stops.
constexpr absl::Duration kPollSlice = absl::Milliseconds(100);

constexpr absl::Duration kLinger = absl::Seconds(2);

}  // namespace

HttpConnection::HttpConnection(socket_t socket, const HttpConnectionOptions& options,
                               const std::atomic<bool>& stopping)
    : socket_(socket), options_(options), stopping_(stopping) {}

bool HttpConnection::Poll(short events, absl::Duration timeout) const {
  pollfd waiting{.fd = socket_, .events = events, .revents = 0};
  const auto timeout_ms = static_cast<int>(absl::ToInt64Milliseconds(timeout));
  return poll(&waiting, 1, std::max(timeout_ms, 0)) > 0;
}

bool HttpConnection::WaitForRequest(absl::Duration timeout) {
  return received_begin_ < received_.size() || Poll(POLLIN, timeout);
}

void HttpConnection::BeginRequest() {
  deadline_ = absl::Now() + options_.request_deadline;
  in_head_ = true;
  head_.clear();
  body_bytes_read_ = 0;
}

// Fills the buffer. False on a time-out, a limit, an error, or the end of the connection (then
// with an empty buffer and errno zero).
bool HttpConnection::Receive() {
  const absl::Time last_byte = absl::Now();
  for (absl::Time now = last_byte; !Poll(POLLIN, kPollSlice); now = absl::Now()) {
    if (stopping_.load()) deadline_ = std::min(deadline_, now + options_.stop_grace);
    if (now >= deadline_ || now - last_byte >= options_.read_timeout) {
      errno = ETIMEDOUT;
      return false;
    }
  }
  received_.resize(kBufferBytes);
  received_begin_ = 0;
  errno = 0;
  const ssize_t count = recv(socket_, received_.data(), received_.size(), 0);
  received_.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
  return count > 0;
}

// Keeps what the parser reads of the head. False if it is too long.
bool HttpConnection::NoteHead(absl::string_view bytes) {
  head_.append(bytes.data(), bytes.size());
  // The parser reads lines byte by byte, so that the head's end is the end of what it has read.
  if (bytes.back() == '\n' && absl::EndsWith(head_, "\r\n\r\n")) in_head_ = false;
  return head_.size() <= options_.max_head_bytes;
}

ssize_t HttpConnection::read(char* target, size_t size) {
  if (!to_send_.empty() && !Flush()) return -1;
  if (received_begin_ == received_.size()) {
    if (absl::Now() >= deadline_) return -1;
    if (!Receive()) return errno == 0 ? 0 : -1;
  }
  const std::size_t count = std::min(size, received_.size() - received_begin_);
  std::memcpy(target, received_.data() + received_begin_, count);
  received_begin_ += count;
  if (!in_head_) {
    body_bytes_read_ += count;
    return static_cast<ssize_t>(count);
  }
  return NoteHead({target, count}) ? static_cast<ssize_t>(count) : -1;
}

// Gathered, so that head and body of an answer leave in one packet.
ssize_t HttpConnection::write(const char* data, size_t size) {
  to_send_.append(data, size);
  return static_cast<ssize_t>(size);
}

bool HttpConnection::Flush() {
  std::size_t sent = 0;
  while (sent < to_send_.size()) {
    const ssize_t count =
        send(socket_, to_send_.data() + sent, to_send_.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if ((errno != EAGAIN && errno != EINTR) || !Poll(POLLOUT, options_.write_timeout)) {
      return false;
    }
  }
  to_send_.clear();
  return true;
}

void HttpConnection::CloseGently() {
  shutdown(socket_, SHUT_WR);
  const absl::Time end = absl::Now() + kLinger;
  received_.resize(kBufferBytes);
  while (absl::Now() < end && !stopping_.load()) {
    if (!Poll(POLLIN, kPollSlice)) continue;
    if (recv(socket_, received_.data(), received_.size(), 0) <= 0) return;
  }
}

bool HttpConnection::is_readable() const {
  return received_begin_ < received_.size() || Poll(POLLIN, options_.read_timeout);
}

bool HttpConnection::is_writable() const { return Poll(POLLOUT, options_.write_timeout); }

// Where a request came from decides nothing here, and header values that say so are not believed.
void HttpConnection::get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const {}
void HttpConnection::get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const {}

}  // namespace autopulse::callevents::adapter
