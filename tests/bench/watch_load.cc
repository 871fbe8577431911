// Watches calls on many streams while events are reported at a constant rate, and measures how long
// after its report each event arrives at each watcher. Prints one JSON object.

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "nlohmann/json.hpp"
#include "tests/bench/event_batches.h"
#include "tests/bench/fail.h"
#include "tests/bench/histogram.h"
#include "tests/bench/mix.h"

namespace autopulse::callevents::bench {
namespace {

using Stub = v1::CallEventService::Stub;

constexpr std::size_t kWatchersOfConnection = 50;
constexpr std::size_t kAbreast = 64;
constexpr absl::Duration kPatience = absl::Seconds(30);

struct Options {
  std::string service;
  std::size_t watchers = 50;
  double rate = 400;
  double seconds = 5;
  std::uint64_t first_call = kCallNumber;
  std::string mix;
};

std::unique_ptr<Stub> Connect(const std::string& service) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // a connection of its own
  return v1::CallEventService::NewStub(
      grpc::CreateCustomChannel(service, grpc::InsecureChannelCredentials(), arguments));
}

// Reports events on the calls of a mix's lives; each event's id says which it is.
class Reporter {
 public:
  explicit Reporter(const Options& options)
      : stub_(Connect(options.service)), schedule_(options.first_call, 1, 1) {
    const Mix mix = ReadMix(options.mix);
    for (std::size_t step = 0; step < mix.steps(); ++step) {
      steps_.push_back(TranslateStep(mix, step));
    }
    schedule_ = Schedule(options.first_call, mix.steps(), kAbreast);
  }

  // Begins to report event number `index`; `Wait` says when all are recorded.
  void Report(std::size_t index) {
    Call& call = calls_.emplace_back();  // callbacks keep pointers: a deque moves nothing
    call.request = steps_[schedule_.StepOf(index)];
    call.request.set_parent(absl::StrCat("calls/", schedule_.CallOf(index)));
    call.request.set_event_id(absl::StrCat("e", index));
    {
      absl::MutexLock lock(&mutex_);
      ++under_way_;
    }
    stub_->async()->ReportCallEvent(&call.context, &call.request, &call.response,
                                    [this](const grpc::Status& status) {
                                      if (!status.ok()) Fail(status.error_message());
                                      absl::MutexLock lock(&mutex_);
                                      --under_way_;
                                    });
  }

  void Wait() {
    absl::MutexLock lock(&mutex_);
    const auto none = [this] { return under_way_ == 0; };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&none), kPatience)) Fail("reports hang");
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::ReportCallEventRequest request;
    v1::ReportCallEventResponse response;
  };

  const std::unique_ptr<Stub> stub_;
  Schedule schedule_;
  std::vector<v1::ReportCallEventRequest> steps_;
  std::deque<Call> calls_;
  absl::Mutex mutex_;
  std::size_t under_way_ = 0;
};

// When each event was due; the first `probes` are not measured.
struct Reported {
  std::vector<std::int64_t> times;
  std::size_t probes = 0;
};

// The number of an event, from its name `calls/15/events/e7`.
std::size_t NumberOf(absl::string_view name) {
  std::size_t number = 0;
  const std::size_t at = name.rfind('/') + 2;
  if (std::from_chars(name.data() + at, name.data() + name.size(), number).ec != std::errc()) {
    Fail(absl::StrCat("an event of somebody else: ", name));
  }
  return number;
}

// One stream.
class Watcher final : public grpc::ClientReadReactor<v1::WatchCallsResponse> {
 public:
  Watcher(Stub& stub, const Reported& reported)
      : reported_(reported), seen_(reported.times.size()) {
    stub.async()->WatchCalls(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    if (response_.has_event()) {
      const std::size_t number = NumberOf(response_.event().name());
      if (number >= reported_.probes && number < reported_.times.size()) {
        if (seen_[number]) Fail("an event came twice");
        seen_[number] = true;
        latencies_.Record(Now() - reported_.times[number]);
        ++measured_;
      }
      ++received_;
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status&) override { done_ = true; }

  void Stop() { context_.TryCancel(); }

  std::size_t received() const { return received_; }
  std::size_t measured() const { return measured_; }
  bool done() const { return done_; }
  const Histogram& latencies() const { return latencies_; }  // after `done`

 private:
  const Reported& reported_;
  grpc::ClientContext context_;
  const v1::WatchCallsRequest request_;
  v1::WatchCallsResponse response_;
  std::vector<bool> seen_;
  Histogram latencies_;
  std::atomic<std::size_t> received_{0};
  std::atomic<std::size_t> measured_{0};
  std::atomic<bool> done_{false};
};

// Until then nothing happens that this thread could wait for.
void PauseUntil(std::int64_t time) {
  absl::Notification never;
  never.WaitForNotificationWithTimeout(absl::Nanoseconds(time - Now()));
}

class Measurement {
 public:
  explicit Measurement(const Options& options) : options_(options), reporter_(options) {
    const auto events = static_cast<std::size_t>(options.rate * options.seconds);
    reported_.probes = kMostProbes;
    reported_.times.resize(kMostProbes + events);
    for (std::size_t i = 0; i < options.watchers; ++i) {
      if (i % kWatchersOfConnection == 0) stubs_.push_back(Connect(options.service));
      watchers_.push_back(std::make_unique<Watcher>(*stubs_.back(), reported_));
    }
  }

  nlohmann::json Run() {
    Probe();
    const std::size_t first = kMostProbes;
    const std::int64_t begin = Now();
    for (std::size_t i = first; i < reported_.times.size(); ++i) {
      const std::int64_t due =
          begin + static_cast<std::int64_t>(static_cast<double>(i - first) / options_.rate * 1e9);
      PauseUntil(due);
      reported_.times[i] = due;
      reporter_.Report(i);
    }
    reporter_.Wait();
    const std::size_t events = reported_.times.size() - first;
    Await([events](const Watcher& watcher) { return watcher.measured() == events; },
          "every event at every watcher");
    for (const auto& watcher : watchers_) watcher->Stop();
    Await([](const Watcher& watcher) { return watcher.done(); }, "the end of the streams");
    Histogram latencies;
    for (const auto& watcher : watchers_) latencies.Add(watcher->latencies());
    return {{"events", events},
            {"deliveries", latencies.count()},
            {"latency_us", latencies.Percentiles()}};
  }

 private:
  static constexpr std::size_t kMostProbes = 100;

  // Reports events until each watcher has seen one: then all are connected.
  void Probe() {
    const auto connected = [this] {
      for (const auto& watcher : watchers_) {
        if (watcher->received() == 0) return false;
      }
      return true;
    };
    std::size_t probe = 0;
    for (; !connected(); ++probe) {
      if (probe == kMostProbes) Fail("not every watcher sees events");
      reporter_.Report(probe);
      PauseUntil(Now() + 200'000'000);
    }
    reporter_.Wait();
  }

  void Await(const std::function<bool(const Watcher&)>& condition, const std::string& what) {
    const std::int64_t end = Now() + absl::ToInt64Nanoseconds(kPatience);
    for (const auto& watcher : watchers_) {
      while (!condition(*watcher)) {
        if (Now() > end) Fail(absl::StrCat("waited in vain for ", what));
        PauseUntil(Now() + 1'000'000);
      }
    }
  }

  const Options options_;
  Reported reported_;
  Reporter reporter_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Watches calls and measures how soon events arrive.");
  app.add_option("--service", options.service, "HOST:PORT")->required();
  app.add_option("--watchers", options.watchers);
  app.add_option("--rate", options.rate, "events a second");
  app.add_option("--seconds", options.seconds);
  app.add_option("--first-call", options.first_call);
  app.add_option("--mix", options.mix, "file of mix.py")->required();
  CLI11_PARSE(app, argc, argv);
  std::cout << Measurement(options).Run().dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
