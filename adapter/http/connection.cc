#include "adapter/http/connection.h"

#include <algorithm>
#include <array>
#include <utility>

namespace autopulse::callevents::adapter::http {
namespace {

constexpr std::size_t kReceiveBytes = std::size_t{64} << 10;

// What is received of one connection before others have their turn.
constexpr std::size_t kTurnBytes = std::size_t{256} << 10;

// What a refused sender may go on sending, in vain, before the connection is cut.
constexpr std::size_t kMaxLingeredBytes = std::size_t{16} << 20;

// Buffers up to this size are kept for the next request of a connection, if not just anybody's.
constexpr std::size_t kKeptBytes = std::size_t{4} << 10;

constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Where a thread receives, before it is known how much there is: thousands of connections that
// have sent little cost little.
std::array<char, kReceiveBytes>& ReceiveBuffer() {
  static thread_local std::array<char, kReceiveBytes> buffer;
  return buffer;
}

// Room for `arrived` bytes of a body of `length`, and for less than twice as many: a length is only
// what a sender says. It is halves of the length, so that a body that arrives whole has no more.
std::size_t RoomFor(std::size_t arrived, std::size_t length) {
  while (length / 2 >= arrived) length /= 2;
  return length;
}

// What a string takes beside itself.
std::size_t HeapBytes(const std::string& text) {
  return text.capacity() > std::string().capacity() ? text.capacity() : 0;
}

}  // namespace

Connection::Connection(int socket, const Address& peer, std::unique_ptr<Transport> transport,
                       Shared shared, absl::Time now)
    : socket_(socket),
      peer_(peer),
      transport_(std::move(transport)),
      shared_(shared),
      now_(now),
      deadline_(now + std::min(shared.limits.idle_timeout, shared.limits.request_deadline)),
      booking_(shared.budgets),
      scanner_(shared.limits.head) {}

Connection::Next Connection::Advance(absl::Time now) {
  now_ = now;
  turn_bytes_ = 0;
  for (;;) {
    if (!Flush()) return Next::kClose;
    if (!output_.empty()) return Next::kWait;
    if (state_ == State::kAnswering) OnAnswerSent();
    if (state_ == State::kClosed || lingered_bytes_ > kMaxLingeredBytes) return Next::kClose;
    const Next parsed = Parse();
    // Not before: a head that arrives whole takes nothing from what is left for those that do not.
    if (!Book())
      RefuseForMemory();
    else if (parsed == Next::kAnswer)
      return Next::kAnswer;
    if (!output_.empty()) continue;
    if (!may_receive_) return Next::kWait;
    if (turn_bytes_ >= kTurnBytes) return Next::kYield;
    if (!Receive() && !OnPeerFinished()) return Next::kClose;
  }
}

// Sends what there is to send, as far as the socket takes it. False if the peer is gone.
bool Connection::Flush() {
  while (!output_.empty()) {
    const Transfer sent = transport_->Send(absl::string_view(output_).substr(sent_));
    if (sent.result == Transfer::Result::kClosed) return false;
    if (sent.result == Transfer::Result::kWouldBlock) return true;
    sent_ += sent.count;
    if (sent_ < output_.size()) continue;
    sent_ = 0;
    output_.clear();
  }
  return true;
}

// False at the end of what the peer sends.
bool Connection::Receive() {
  std::array<char, kReceiveBytes>& buffer = ReceiveBuffer();
  const Transfer received = transport_->Receive(buffer.data(), buffer.size());
  if (received.result == Transfer::Result::kClosed) return false;
  if (received.result == Transfer::Result::kWouldBlock) {
    may_receive_ = false;
    return true;
  }
  if (received.result == Transfer::Result::kPaused) {
    turn_bytes_ = kTurnBytes;
    return true;
  }
  turn_bytes_ += received.count;
  // Once the peer has hung up there will be no more events: then one reads until the end is found.
  if (received.count < buffer.size() && transport_->short_receive_drains() &&
      !ownership_.hung_up()) {
    may_receive_ = false;
  }
  if (state_ == State::kLinger) {
    lingered_bytes_ += received.count;
    return true;
  }
  if (state_ == State::kIdle) BeginRequest();
  Take({buffer.data(), received.count});
  return true;
}

void Connection::Take(absl::string_view bytes) {
  if (state_ == State::kBody) {
    input_.reserve(RoomFor(input_.size() + bytes.size(), *head_.content_length));
  }
  input_.append(bytes.data(), bytes.size());
}

// Tells the budgets how large the buffer is. False if that is too much. A request that has arrived
// whole is held against nobody: it is judged at once.
bool Connection::Book() {
  const bool is_arriving =
      state_ == State::kHead || state_ == State::kBody || state_ == State::kChunks;
  return booking_.Book(HeapBytes(input_), is_authorized_ || !is_arriving);
}

void Connection::BeginRequest() {
  state_ = State::kHead;
  scanner_ = HeadScanner(shared_.limits.head);
  head_.method = {};
  is_authorized_ = false;
  deadline_ = now_ + shared_.limits.request_deadline;
}

void Connection::OnAnswerSent() {
  if (!closes_when_sent_) {
    if (!input_.empty()) return BeginRequest();
    state_ = State::kIdle;
    deadline_ = now_ + shared_.limits.idle_timeout;
    return;
  }
  // Closing over bytes that nobody has read would reset the connection before the peer has read
  // its answer.
  transport_->FinishSending();
  if (peer_finished_ || (!was_refused_ && input_.empty())) {
    state_ = State::kClosed;
    return;
  }
  state_ = State::kLinger;
  deadline_ = now_ + shared_.limits.linger;
}

// False if there is nobody left to tell anything.
bool Connection::OnPeerFinished() {
  if (state_ == State::kIdle || state_ == State::kLinger) return false;
  peer_finished_ = true;
  RefuseFraming({400, "Malformed request: it did not arrive whole"});
  return true;
}

Connection::Next Connection::Parse() {
  switch (state_) {
    case State::kHead:
      return ParseHead();
    case State::kBody:
      return ParseBody();
    case State::kChunks:
      return ParseChunks();
    default:
      return Next::kWait;
  }
}

Connection::Next Connection::ParseHead() {
  switch (scanner_.Scan(input_)) {
    case HeadScanner::Result::kMore:
      return Next::kWait;
    case HeadScanner::Result::kBad:
      return RefuseFraming(scanner_.error());
    case HeadScanner::Result::kWhole:
      break;
  }
  head_text_.assign(input_, 0, scanner_.head_bytes());
  input_.erase(0, scanner_.head_bytes());
  if (const auto error = http::ParseHead(head_text_, shared_.limits.head, head_)) {
    return RefuseFraming(*error);
  }
  const HeadVerdict verdict = shared_.judge.JudgeHead(head_, peer_);
  if (verdict.refusal.has_value()) return Refuse(*verdict.refusal);
  is_authorized_ = verdict.is_authorized;
  state_ = head_.is_chunked ? State::kChunks : State::kBody;
  if (head_.is_chunked) chunks_.emplace(shared_.limits.head.max_body_bytes);
  const bool is_awaited = input_.empty() && head_.has_body() && head_.expects_continue;
  if (is_awaited) output_ = std::string(kContinue);
  return Parse();
}

Connection::Next Connection::ParseBody() {
  body_bytes_ = head_.content_length.value_or(0);
  if (input_.size() < body_bytes_) return Next::kWait;
  state_ = State::kAnswering;
  return Next::kAnswer;
}

Connection::Next Connection::ParseChunks() {
  switch (chunks_->Decode(input_)) {
    case ChunkedBody::Result::kMore:
      return Next::kWait;
    case ChunkedBody::Result::kBad:
      return RefuseFraming(chunks_->error());
    case ChunkedBody::Result::kWhole:
      break;
  }
  body_bytes_ = chunks_->size();
  state_ = State::kAnswering;
  return Next::kAnswer;
}

Connection::Next Connection::RefuseFraming(const FramingError& error) {
  return Refuse({"framing", ErrorAnswer(error.status, error.sentence)});
}

Connection::Next Connection::RefuseForMemory() {
  HttpAnswer answer = ErrorAnswer(503, "Too many requests are under way");
  answer.headers.emplace_back("Retry-After", "1");
  return Refuse({"memory", std::move(answer)});
}

Connection::Next Connection::Refuse(const Refusal& refusal) {
  shared_.judge.OnRefused(refusal);
  output_ += AnswerText(refusal.answer, head_.method, /*keep_alive=*/false, {});
  std::string().swap(input_);  // an assignment would keep its memory
  Book();
  state_ = State::kAnswering;
  closes_when_sent_ = true;
  was_refused_ = true;
  deadline_ = now_ + shared_.limits.write_timeout;
  return Next::kWait;
}

Request Connection::request() const {
  return {head_, absl::string_view(input_).substr(0, body_bytes_), peer_};
}

void Connection::Answer(std::string wire_text, bool keep_alive, absl::Time now) {
  output_ = std::move(wire_text);
  closes_when_sent_ = !keep_alive;
  deadline_ = now + shared_.limits.write_timeout;
  input_.erase(0, body_bytes_);
  if (input_.capacity() > kKeptBytes || !is_authorized_) input_.shrink_to_fit();
  Book();
}

Connection::Next Connection::CheckDeadline(absl::Time now) {
  if (now < deadline_) return Next::kWait;
  const bool is_receiving =
      state_ == State::kHead || state_ == State::kBody || state_ == State::kChunks;
  if (!is_receiving || !output_.empty()) return Next::kClose;
  now_ = now;
  Refuse({"timeout", ErrorAnswer(408, "The request did not arrive in time")});
  return Advance(now);
}

Connection::Next Connection::Finish(absl::Time deadline) {
  if (state_ == State::kIdle) return Next::kClose;
  deadline_ = std::min(deadline_, deadline);
  return Next::kWait;
}

}  // namespace autopulse::callevents::adapter::http
