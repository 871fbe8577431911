#include "adapter/http/dispatcher.h"

#include <optional>
#include <utility>

#include "adapter/http/httplib_engine.h"
#include "services/base/log.h"
#include "services/base/thread.h"

namespace autopulse::callevents::adapter::http {
namespace {

// Whether the present thread is one of a dispatcher's own, and may block: the event loop's and
// gRPC's have everybody wait.
thread_local bool this_thread_may_block = false;

// The HTTP library for answers of the present thread. Null where nothing may block, for it takes
// too long there (decision 0021).
thread_local HttplibEngine* this_threads_engine = nullptr;

// Whether the present thread is sending an answer, and may find the sender's next request with it.
thread_local bool is_answering = false;

struct Answering {
  Answering() { is_answering = true; }
  ~Answering() { is_answering = false; }
  Answering(const Answering&) = delete;
  Answering& operator=(const Answering&) = delete;
};

HttpAnswer InternalError() { return ErrorAnswer(500, "Internal error"); }

}  // namespace

class Dispatcher::ConnectionExchange final : public Exchange {
 public:
  ConnectionExchange(Dispatcher& dispatcher, Connection& connection)
      : dispatcher_(dispatcher), connection_(connection), request_(connection.request()) {}

  ~ConnectionExchange() override {
    if (!is_answered_) ConnectionExchange::Answer(InternalError());
  }

  const Request& request() const override { return request_; }
  bool may_block() const override { return this_thread_may_block; }
  void Post(absl::AnyInvocable<void()> work) override { dispatcher_.queue_.Put(std::move(work)); }

  void Answer(const HttpAnswer& answer) override {
    is_answered_ = true;
    dispatcher_.Answer(connection_, answer);
    dispatcher_.DriveOn(connection_);
    dispatcher_.LeavePlace();
  }

  // It is answered otherwise.
  void Withdraw() { is_answered_ = true; }

 private:
  Dispatcher& dispatcher_;
  Connection& connection_;
  const Request request_;
  bool is_answered_ = false;
};

Dispatcher::Dispatcher(const Options& options, absl::Duration idle_timeout, RequestHandler& handler,
                       EventLoop& loop)
    : options_(options), idle_timeout_(idle_timeout), handler_(handler), loop_(loop) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.push_back(base::StartThread("http-worker", [this] { RunThread(); }));
  }
}

Dispatcher::~Dispatcher() {
  {
    const auto is_idle = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return under_way_ == 0 && !is_beginning_;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&is_idle));
  }
  queue_.Close();
  for (std::thread& thread : threads_) thread.join();
}

void Dispatcher::RunThread() {
  this_thread_may_block = true;
  HttplibEngine engine(idle_timeout_);
  this_threads_engine = &engine;
  while (RequestQueue::Work work = queue_.Take()) {
    try {
      work();
    } catch (...) {  // its exchange is given up with it, and so answered
      base::LogError("request failed", {{"http_status", 500}});
    }
    handler_.OnRoundEnd();
  }
}

bool Dispatcher::Begin(Connection& connection) {
  if (is_answering && this_thread_may_block) {
    PutOff(connection);
    return false;
  }
  return TakePlace(connection) && Handle(connection);
}

void Dispatcher::PutOff(Connection& connection) {
  queue_.Put([this, &connection] {
    if (Begin(connection)) loop_.Drive(connection);
  });
}

// False if the connection has to wait for one.
bool Dispatcher::TakePlace(Connection& connection) {
  const absl::MutexLock lock(&mutex_);
  if (under_way_ >= options_.max_under_way || !waiting_.empty()) {
    waiting_.push_back(&connection);
    return false;
  }
  ++under_way_;
  return true;
}

// Handles the request of a connection that has a place. Whether it has its answer already.
bool Dispatcher::Handle(Connection& connection) {
  std::unique_ptr<Exchange> exchange = std::make_unique<ConnectionExchange>(*this, connection);
  std::optional<HttpAnswer> answer;
  try {
    answer = handler_.Handle(exchange);
  } catch (...) {
    base::LogError("request failed", {{"http_status", 500}});
    if (exchange != nullptr) answer = InternalError();
  }
  if (!answer.has_value()) return false;
  static_cast<ConnectionExchange&>(*exchange).Withdraw();
  Answer(connection, *answer);
  LeavePlace();
  return true;
}

void Dispatcher::Answer(Connection& connection, const HttpAnswer& answer) {
  const Request request = connection.request();
  const bool keep_alive = request.head.keeps_alive && !loop_.stopping();
  if (this_threads_engine == nullptr) {
    connection.Answer(AnswerText(answer, request.head.method, keep_alive, idle_timeout_),
                      keep_alive, loop_.Now());
    return;
  }
  HttplibEngine::Answered answered = this_threads_engine->Answer(request, answer, keep_alive);
  connection.Answer(std::move(answered.wire_text), answered.keep_alive, loop_.Now());
}

// Sends the answer that a connection was given. A thread that may block begins none of the requests
// that it finds then: answered at once, each would stand on the stack of the one before, and who
// always has another would keep the thread.
void Dispatcher::DriveOn(Connection& connection) {
  const Answering answering;
  loop_.Drive(connection);
}

// Frees a place, and has what waits for one take it. The last thing that is done for a request. A
// thread that may block would be held by the first of them: each of those has one of its own.
void Dispatcher::LeavePlace() {
  {
    const absl::MutexLock lock(&mutex_);
    --under_way_;
    if (waiting_.empty() || is_beginning_) return;
    is_beginning_ = true;
  }
  while (Connection* next = TakeWaiting()) {
    if (this_thread_may_block) {
      queue_.Put([this, next] { HandleWaiting(*next); });
    } else {
      HandleWaiting(*next);
    }
  }
}

void Dispatcher::HandleWaiting(Connection& connection) {
  if (Handle(connection)) loop_.Drive(connection);
}

// The next connection that waited, with a place; null if there is no other or no place.
Connection* Dispatcher::TakeWaiting() {
  const absl::MutexLock lock(&mutex_);
  if (waiting_.empty() || under_way_ >= options_.max_under_way) {
    is_beginning_ = false;
    return nullptr;
  }
  ++under_way_;
  Connection* const next = waiting_.front();
  waiting_.pop_front();
  return next;
}

}  // namespace autopulse::callevents::adapter::http
