#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "adapter/http/address.h"

namespace autopulse::callevents::adapter::http {

// A file descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  int number() const { return number_; }
  void Close();

  // The number, which the caller closes from now on.
  int Release();

 private:
  int number_;
};

// A connection that was taken from a listening socket.
struct Accepted {
  Descriptor socket;
  Address peer;
};

// A listening socket. Its connections do not block and send small packets at once. Used by one
// thread.
class Listener {
 public:
  // Listens on `HOST:PORT`; port 0 takes a free one.
  //
  // Fails with INVALID_ARGUMENT for text that is no HOST:PORT, with UNAVAILABLE and a sentence if
  // it cannot be bound.
  static absl::StatusOr<Listener> Open(const std::string& host_and_port);

  int socket() const { return socket_.number(); }
  int port() const { return port_; }

  enum class Result {
    kAccepted,        // it is in `accepted`
    kNoneWaiting,     // nobody has connected since
    kFailed,          // one was lost before it was taken; others may wait
    kRefused,         // no more files may be opened, so one was taken and closed at once
    kOutOfResources,  // nothing could be done: to be tried later
  };

  // Takes the next connection that waits.
  Result Accept(std::optional<Accepted>& accepted);

  void Close() { socket_.Close(); }

 private:
  Listener(Descriptor socket, int port);

  Result RefuseOne();

  Descriptor socket_;
  Descriptor spare_;  // gives way to a connection that is to be refused
  int port_;
};

}  // namespace autopulse::callevents::adapter::http
