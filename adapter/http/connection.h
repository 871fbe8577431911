#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "adapter/http/buffer_budget.h"
#include "adapter/http/chunked_body.h"
#include "adapter/http/head.h"
#include "adapter/http/ownership.h"
#include "adapter/http/request.h"
#include "adapter/http/transport.h"

namespace autopulse::callevents::adapter::http {

// What one connection may do.
struct ConnectionLimits {
  HeadLimits head;
  absl::Duration idle_timeout = absl::Seconds(60);      // between two requests
  absl::Duration request_deadline = absl::Seconds(20);  // for a request, first byte to last
  absl::Duration write_timeout = absl::Seconds(10);     // for the answer to be taken
  absl::Duration linger = absl::Seconds(2);             // for what a refused sender still sends
};

// One accepted connection: from bytes to requests, from answers to bytes, and how long any of that
// may take. It never blocks.
//
//   idle -> head -> body -> (a thread answers) -> idle ...     or at any point -> linger -> closed
//
// Used by the thread that owns it (`ownership`), one at a time. Does not own the socket.
class Connection {
 public:
  // What the owner has to do next.
  enum class Next {
    kWait,    // let go of it until something happens to the socket
    kYield,   // let go of it until others had their turn: there is more to receive
    kAnswer,  // have `request` handled, and call `Answer`
    kClose,   // close it
  };

  // Who judges heads, and who is told of refusals: the server.
  class Judge {
   public:
    virtual ~Judge() = default;

    virtual HeadVerdict JudgeHead(const RequestHead& head, const Address& peer) = 0;

    // Told of every request that is refused before it is whole, by whomever that was decided; and
    // of every connection that is closed as soon as it was made.
    virtual void OnRefused(const Refusal& refusal) = 0;
  };

  // What the connections of a server share. It must outlive them.
  struct Shared {
    const ConnectionLimits& limits;
    Judge& judge;
    BufferBudgets budgets;
  };

  // `now` is of a steady clock, as everywhere here.
  Connection(int socket, const Address& peer, std::unique_ptr<Transport> transport, Shared shared,
             absl::Time now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Something happened to the socket: the next `Advance` looks what.
  void NoteEvent() { may_receive_ = true; }

  // Sends, receives and parses as much as can be without blocking, and without keeping the thread
  // from others for long, however much the peer sends.
  Next Advance(absl::Time now);

  // The request to answer after kAnswer.
  Request request() const;

  // Takes the answer to `request` as it goes over the wire; `Advance` sends it. Without
  // `keep_alive` the connection is closed once it is sent.
  void Answer(std::string wire_text, bool keep_alive, absl::Time now);

  // To be called every now and then: gives up what takes too long.
  Next CheckDeadline(absl::Time now);

  // The server stops: an idle connection is closed, what has begun has until `deadline`.
  Next Finish(absl::Time deadline);

  int socket() const { return socket_; }
  const Address& peer() const { return peer_; }
  Ownership& ownership() { return ownership_; }

  // Where the event loop keeps it.
  std::size_t index = 0;

 private:
  enum class State { kIdle, kHead, kBody, kChunks, kAnswering, kLinger, kClosed };

  bool Flush();
  bool Receive();
  void Take(absl::string_view bytes);
  bool Book();
  void BeginRequest();
  void OnAnswerSent();
  bool OnPeerFinished();
  Next Parse();
  Next ParseHead();
  Next ParseBody();
  Next ParseChunks();
  Next Refuse(const Refusal& refusal);
  Next RefuseFraming(const FramingError& error);
  Next RefuseForMemory();

  const int socket_;
  const Address peer_;
  const std::unique_ptr<Transport> transport_;
  const Shared shared_;
  Ownership ownership_;

  State state_ = State::kIdle;
  absl::Time now_;
  absl::Time deadline_;
  std::size_t turn_bytes_ = 0;  // that this `Advance` has received
  bool may_receive_ = true;     // the socket may hold bytes
  bool peer_finished_ = false;  // it sends no more
  bool was_refused_ = false;    // the peer may still be sending
  bool closes_when_sent_ = false;

  std::string input_;  // what arrived and is not used: of a head, then of a body
  BufferBooking booking_;
  HeadScanner scanner_;
  std::string head_text_;
  RequestHead head_;            // views of head_text_
  bool is_authorized_ = false;  // by its head
  std::optional<ChunkedBody> chunks_;
  std::size_t body_bytes_ = 0;      // of input_, once the body is whole
  std::size_t lingered_bytes_ = 0;  // that were received and thrown away

  std::string output_;
  std::size_t sent_ = 0;  // of output_
};

}  // namespace autopulse::callevents::adapter::http
