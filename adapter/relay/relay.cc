#include "adapter/relay/relay.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "services/base/pause.h"

namespace autopulse::callevents::adapter::relay {
namespace {

constexpr absl::string_view kAssistantRequest = "assistant-request";
constexpr absl::Duration kAssistantRequestTimeout = absl::Seconds(7);

// Headers of one connection (RFC 9110, 7.6.1), and those that the client makes itself.
constexpr absl::string_view kNotRelayed[] = {
    "Connection",
    "Keep-Alive",
    "Proxy-Connection",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Expect",
    "Host",
    "Accept-Encoding",
    "Content-Length",
};

httplib::Headers RelayedHeaders(const http::RequestHead& head) {
  std::vector<absl::string_view> not_relayed(std::begin(kNotRelayed), std::end(kNotRelayed));
  for (const absl::string_view value : head.Values("Connection")) {
    for (const absl::string_view name : absl::StrSplit(value, ',')) {
      not_relayed.push_back(absl::StripAsciiWhitespace(name));
    }
  }
  httplib::Headers headers;
  for (const http::Header& header : head.headers) {
    const auto is_header = [&header](absl::string_view name) {
      return absl::EqualsIgnoreCase(name, header.name);
    };
    if (std::any_of(not_relayed.begin(), not_relayed.end(), is_header)) continue;
    headers.emplace(std::string(header.name), std::string(header.value));
  }
  return headers;
}

// The connection of a message, which another thread may cut: the client's timeouts are those of one
// read, so that a server which sends a byte now and then would hold it for ever. Thread-safe.
class CuttableConnection {
 public:
  CuttableConnection() = default;
  ~CuttableConnection() { Close(); }
  CuttableConnection(const CuttableConnection&) = delete;
  CuttableConnection& operator=(const CuttableConnection&) = delete;

  // To be called with each socket that the client tries, before it connects.
  void Use(int socket) {
    const absl::MutexLock lock(&mutex_);
    Close();
    // The client's own number may be another connection's by the time that this one is cut.
    socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (is_cut_ || socket_ < 0) shutdown(socket, SHUT_RDWR);
  }

  void Cut() {
    const absl::MutexLock lock(&mutex_);
    is_cut_ = true;
    if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
  }

 private:
  void Close() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (socket_ >= 0) close(socket_);
  }

  absl::Mutex mutex_;
  int socket_ ABSL_GUARDED_BY(mutex_) = -1;
  bool is_cut_ ABSL_GUARDED_BY(mutex_) = false;
};

void SetTimeouts(httplib::Client& client, absl::Duration left) {
  // Rounded up: who gives up before the deadline seems to be unreachable.
  const std::chrono::milliseconds timeout =
      absl::ToChronoMilliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
}

}  // namespace

// One message on its way. Outlives the caller who gives up waiting.
struct Relay::Job {
  using Clock = std::chrono::steady_clock;  // setting the machine's clock does not move it

  // How much of its time is left: not more than zero once it is up.
  absl::Duration left() const { return absl::FromChrono(deadline - Clock::now()); }
  bool is_over() const { return left() <= absl::ZeroDuration(); }

  void Send(httplib::Client& client);
  RelayOutcome OutcomeOf(const httplib::Result& result, bool too_large) const;

  Target target;
  httplib::Request request;
  Clock::time_point deadline;
  std::size_t max_answer_bytes = 0;
  CuttableConnection connection;
  Relayed relayed;
  base::Pause wait;  // the caller's, until `relayed` is there
};

void Relay::Job::Send(httplib::Client& client) {
  client.set_url_encode(false);
  client.set_decompress(false);
  client.set_socket_options([this](int socket) { connection.Use(socket); });
  SetTimeouts(client, std::max(left(), absl::Milliseconds(1)));
  std::string body;
  bool too_large = false;
  request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t /*offset*/,
                                 std::uint64_t /*total*/) {
    too_large = body.size() + size > max_answer_bytes;
    body.append(data, too_large ? 0 : size);
    return !too_large && !is_over();
  };
  const httplib::Result result = client.send(request);
  relayed.outcome = OutcomeOf(result, too_large);
  if (relayed.outcome != RelayOutcome::kAnswered) return;
  relayed.http_status = result->status;
  relayed.content_type = result->get_header_value("Content-Type");
  relayed.body = std::move(body);
}

RelayOutcome Relay::Job::OutcomeOf(const httplib::Result& result, bool too_large) const {
  if (too_large) return RelayOutcome::kTooLarge;
  if (result) return RelayOutcome::kAnswered;
  return is_over() ? RelayOutcome::kTimedOut : RelayOutcome::kUnreachable;
}

absl::string_view RelayOutcomeName(RelayOutcome outcome) {
  switch (outcome) {
    case RelayOutcome::kAnswered:
      return "answered";
    case RelayOutcome::kBusy:
      return "busy";
    case RelayOutcome::kUnreachable:
      return "unreachable";
    case RelayOutcome::kTimedOut:
      return "timed_out";
    case RelayOutcome::kTooLarge:
      return "too_large";
  }
  return "";
}

Relay::Relay(const Options& options)
    : options_(options), threads_("relay", static_cast<std::size_t>(options.concurrency)) {}

Relay::~Relay() {
  const absl::MutexLock lock(&mutex_);
  stopping_ = true;
  for (Job* job : jobs_) job->connection.Cut();
}

std::optional<Relayed> Relay::Forward(absl::string_view type, const http::RequestHead& head,
                                      absl::string_view body) {
  const Target* const target = options_.targets.Find(type);
  if (target == nullptr) return std::nullopt;
  if (!TakeSlot()) return Relayed{.outcome = RelayOutcome::kBusy};
  const absl::Duration timeout = type == kAssistantRequest
                                     ? std::min(options_.timeout, kAssistantRequestTimeout)
                                     : options_.timeout;
  const auto job = std::make_shared<Job>();
  job->target = *target;
  job->deadline = Job::Clock::now() + absl::ToChronoNanoseconds(timeout);
  job->max_answer_bytes = options_.max_answer_bytes;
  job->request.method = "POST";
  job->request.path = job->target.path;
  job->request.headers = RelayedHeaders(head);
  job->request.body = std::string(body);
  threads_.Add([this, job] {
    Run(*job);
    job->wait.Wake();
  });
  if (!job->wait.For(job->left())) {
    job->connection.Cut();
    return Relayed{.outcome = RelayOutcome::kTimedOut};
  }
  return std::move(job->relayed);
}

// A message that its caller has given up keeps its slot until its thread is free again.
bool Relay::TakeSlot() {
  const absl::MutexLock lock(&mutex_);
  if (on_their_way_ >= options_.concurrency) return false;
  ++on_their_way_;
  return true;
}

void Relay::Run(Job& job) {
  httplib::Client client(job.target.origin);
  if (client.is_valid() && Begin(job)) {
    job.Send(client);
  } else {
    job.relayed.outcome = RelayOutcome::kUnreachable;
  }
  const absl::MutexLock lock(&mutex_);
  jobs_.erase(&job);
  --on_their_way_;
}

bool Relay::Begin(Job& job) {
  const absl::MutexLock lock(&mutex_);
  if (!stopping_) jobs_.insert(&job);
  return !stopping_;
}

}  // namespace autopulse::callevents::adapter::relay
