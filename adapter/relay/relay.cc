#include "adapter/relay/relay.h"

#include <httplib.h>

#include <algorithm>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "services/base/work_queue.h"

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

bool IsRelayed(absl::string_view name) {
  return std::none_of(
      std::begin(kNotRelayed), std::end(kNotRelayed),
      [name](absl::string_view other) { return absl::EqualsIgnoreCase(name, other); });
}

httplib::Headers RelayedHeaders(const http::RequestHead& head) {
  httplib::Headers headers;
  for (const http::Header& header : head.headers) {
    if (!IsRelayed(header.name)) continue;
    headers.emplace(std::string(header.name), std::string(header.value));
  }
  return headers;
}

// One message on its way. Outlives the caller who gives up waiting.
struct Job {
  Target target;
  httplib::Request request;
  absl::Time deadline;
  std::size_t max_answer_bytes;
  Relayed relayed;
  absl::Notification done;
};

void SetTimeouts(httplib::Client& client, absl::Duration left) {
  // Rounded up: who gives up before the deadline seems to be unreachable.
  const std::chrono::milliseconds timeout =
      absl::ToChronoMilliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  client.set_connection_timeout(timeout);
  client.set_read_timeout(timeout);
  client.set_write_timeout(timeout);
}

RelayOutcome OutcomeOf(const httplib::Result& result, const Job& job, bool too_large) {
  if (too_large) return RelayOutcome::kTooLarge;
  if (result) return RelayOutcome::kAnswered;
  return absl::Now() >= job.deadline ? RelayOutcome::kTimedOut : RelayOutcome::kUnreachable;
}

void Send(httplib::Client& client, Job& job) {
  client.set_url_encode(false);
  client.set_decompress(false);
  SetTimeouts(client, std::max(job.deadline - absl::Now(), absl::Milliseconds(1)));
  std::string body;
  bool too_large = false;
  job.request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t /*offset*/,
                                     std::uint64_t /*total*/) {
    too_large = body.size() + size > job.max_answer_bytes;
    body.append(data, too_large ? 0 : size);
    return !too_large && absl::Now() < job.deadline;
  };
  const httplib::Result result = client.send(job.request);
  job.relayed.outcome = OutcomeOf(result, job, too_large);
  if (job.relayed.outcome != RelayOutcome::kAnswered) return;
  job.relayed.http_status = result->status;
  job.relayed.content_type = result->get_header_value("Content-Type");
  job.relayed.body = std::move(body);
}

}  // namespace

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

class Relay::Implementation {
 public:
  explicit Implementation(const Options& options)
      : options_(options), threads_("relay", static_cast<std::size_t>(options.concurrency)) {}

  ~Implementation() {
    const absl::MutexLock lock(&mutex_);
    stopping_ = true;
    for (httplib::Client* client : clients_) client->stop();
  }

  std::optional<Relayed> Forward(absl::string_view type, const http::RequestHead& head,
                                 absl::string_view body) {
    const Target* const target = options_.targets.Find(type);
    if (target == nullptr) return std::nullopt;
    if (!TakeSlot()) return Relayed{.outcome = RelayOutcome::kBusy};
    const absl::Duration timeout = type == kAssistantRequest
                                       ? std::min(options_.timeout, kAssistantRequestTimeout)
                                       : options_.timeout;
    auto job = std::make_shared<Job>();
    job->target = *target;
    job->deadline = absl::Now() + timeout;
    job->max_answer_bytes = options_.max_answer_bytes;
    job->request.method = "POST";
    job->request.path = job->target.path;
    job->request.headers = RelayedHeaders(head);
    job->request.body = std::string(body);
    threads_.Add([this, job] {
      Run(*job);
      job->done.Notify();
    });
    if (!job->done.WaitForNotificationWithDeadline(job->deadline)) {
      return Relayed{.outcome = RelayOutcome::kTimedOut};
    }
    return std::move(job->relayed);
  }

 private:
  // A message that its caller has given up keeps its slot until its thread is free again.
  bool TakeSlot() {
    const absl::MutexLock lock(&mutex_);
    if (on_their_way_ >= options_.concurrency) return false;
    ++on_their_way_;
    return true;
  }

  void Run(Job& job) {
    httplib::Client client(job.target.origin);
    if (Begin(client)) {
      Send(client, job);
    } else {
      job.relayed.outcome = RelayOutcome::kUnreachable;
    }
    const absl::MutexLock lock(&mutex_);
    clients_.erase(&client);
    --on_their_way_;
  }

  bool Begin(httplib::Client& client) {
    const absl::MutexLock lock(&mutex_);
    if (stopping_ || !client.is_valid()) return false;
    clients_.insert(&client);
    return true;
  }

  const Options options_;
  absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  int on_their_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<httplib::Client*> clients_ ABSL_GUARDED_BY(mutex_);
  base::WorkQueue threads_;  // the first to be destroyed: it waits for what still runs
};

Relay::Relay(const Options& options) : implementation_(std::make_unique<Implementation>(options)) {}

Relay::~Relay() = default;

std::optional<Relayed> Relay::Forward(absl::string_view type, const http::RequestHead& head,
                                      absl::string_view body) {
  return implementation_->Forward(type, head, body);
}

Relayer MakeRelayer(const Relay::Options& options) {
  if (options.targets.empty()) return nullptr;
  return [relay = std::make_shared<Relay>(options)](
             absl::string_view type, const http::RequestHead& head, absl::string_view body) {
    return relay->Forward(type, head, body);
  };
}

}  // namespace autopulse::callevents::adapter::relay
