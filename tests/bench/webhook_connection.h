#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/mix.h"

namespace autopulse::callevents::bench {

// A keep-alive connection that posts the steps of a mix, one at a time. Allocates nothing once it
// is made: the requests lie ready, and the call's number is written over them. Ends the program
// when the connection breaks, since an event without an answer could not be judged.
class WebhookConnection {
 public:
  // Connects to `port` of this machine. `secret` goes into `X-Vapi-Secret`.
  WebhookConnection(const Mix& mix, int port, const std::string& secret);
  ~WebhookConnection();
  WebhookConnection(const WebhookConnection&) = delete;
  WebhookConnection& operator=(const WebhookConnection&) = delete;

  int fd() const { return fd_; }

  // Whether an answer is due.
  bool busy() const { return busy_; }

  // Begins to post a step of a call. `start` is what the latency is measured from.
  void Send(std::size_t step, std::uint64_t call, std::int64_t start);

  // Goes on writing where the socket was full.
  void Flush();

  // Reads what is there. The HTTP status once the answer is complete, else zero.
  int Receive();

  std::size_t step() const { return step_; }
  std::uint64_t call() const { return call_; }
  std::int64_t start() const { return start_; }

 private:
  struct Request {
    std::string bytes;
    std::vector<std::size_t> places;
  };

  std::vector<Request> requests_;
  std::vector<char> answer_;
  std::size_t received_ = 0;
  std::size_t sent_ = 0;
  int fd_ = -1;
  bool busy_ = false;
  std::size_t step_ = 0;
  std::uint64_t call_ = 0;
  std::int64_t start_ = 0;
};

}  // namespace autopulse::callevents::bench
