// Posts webhooks: as fast as they are answered (closed loop), or at a constant rate (open loop).
// Prints one JSON object: what was answered, how fast, and how long it took.

#include <sys/epoll.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/bench/fail.h"
#include "tests/bench/histogram.h"
#include "tests/bench/mix.h"
#include "tests/bench/webhook_connection.h"

namespace autopulse::callevents::bench {
namespace {

struct Options {
  int port = 0;
  std::string mix;
  std::string secret;
  std::size_t connections = 32;
  double rate = 0;  // webhooks a second; zero: closed loop
  double seconds = 5;
  double warm_up = 1;
  std::uint64_t first_call = kCallNumber;
  std::size_t calls = 0;     // that are registered
  std::size_t most = 0;      // webhooks to send; zero: as many as the time allows
  std::string acknowledged;  // file
};

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options),
        mix_(ReadMix(options.mix)),
        schedule_(options.first_call, mix_.steps(), kAbreast),
        acknowledged_(options.first_call, options.calls) {
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    // At a constant rate there is one for each call, so that no webhook that is due waits in here.
    const std::size_t connections = options.rate > 0 ? kAbreast : options.connections;
    for (std::size_t i = 0; i < connections; ++i) {
      connections_.push_back(
          std::make_unique<WebhookConnection>(mix_, options.port, options.secret));
      epoll_event event{};
      event.events = EPOLLIN | EPOLLOUT | EPOLLET;
      event.data.u64 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back()->fd(), &event);
      idle_.push_back(i);
      lives_.push_back({options.first_call + calls_begun_++, i % mix_.steps()});
    }
  }

  void Run() {
    prctl(PR_SET_TIMERSLACK, 1);  // nanosecond: the kernel may be late by no more than it must
    begin_ = Now();
    measured_from_ = begin_ + static_cast<std::int64_t>(options_.warm_up * 1e9);
    end_ = measured_from_ + static_cast<std::int64_t>(options_.seconds * 1e9);
    std::array<epoll_event, 256> events;
    while (SendWhatIsDue() || idle_.size() < connections_.size()) {
      const timespec timeout = Timeout();
      const int count =
          epoll_pwait2(epoll_, events.data(), events.size(), &timeout, /*sigmask=*/nullptr);
      for (int i = 0; i < count; ++i) Handle(events[static_cast<std::size_t>(i)]);
    }
    if (!options_.acknowledged.empty()) acknowledged_.Write(options_.acknowledged);
  }

  nlohmann::json Result() const {
    nlohmann::json statuses = nlohmann::json::object();
    for (std::size_t i = 0; i < statuses_.size(); ++i) {
      if (statuses_[i] > 0) statuses[std::to_string(i)] = statuses_[i];
    }
    const double seconds = static_cast<double>(last_ - measured_from_) / 1e9;
    return {{"rate", static_cast<double>(latencies_.count()) / seconds},
            {"measured", latencies_.count()},
            {"seconds", seconds},
            {"statuses", statuses},
            {"latency_us", latencies_.Percentiles()}};
  }

 private:
  // So many calls are under way in an open loop: two steps of one never meet at any sane latency.
  static constexpr std::size_t kAbreast = 512;

  // One call's life on one connection of a closed loop.
  struct Life {
    std::uint64_t call;
    std::size_t next_step;
  };

  bool Over() const { return Now() >= end_ || (options_.most > 0 && sent_ >= options_.most); }

  // When webhook number `index` is to be sent, in an open loop.
  std::int64_t DueTime(std::size_t index) const {
    return begin_ + static_cast<std::int64_t>(static_cast<double>(index) / options_.rate * 1e9);
  }

  // Sends what can be sent now. False when all is sent.
  bool SendWhatIsDue() {
    if (options_.rate <= 0) {
      while (!idle_.empty() && !Over()) SendNextOfLife();
      return !Over();
    }
    while (!idle_.empty() && DueTime(sent_) < end_ && DueTime(sent_) <= Now()) {
      Send(schedule_.StepOf(sent_), schedule_.CallOf(sent_), DueTime(sent_));
    }
    return DueTime(sent_) < end_;
  }

  void SendNextOfLife() {
    Life& life = lives_[idle_.back()];
    if (life.next_step == mix_.steps()) life = {options_.first_call + calls_begun_++, 0};
    const Life now = life;
    ++life.next_step;
    Send(now.next_step, now.call, Now());
  }

  void Send(std::size_t step, std::uint64_t call, std::int64_t start) {
    if (call - acknowledged_.first() >= acknowledged_.calls()) {
      Fail(absl::StrCat("more than ", acknowledged_.calls(), " calls are needed: register more"));
    }
    const std::size_t i = idle_.back();
    idle_.pop_back();
    ++sent_;
    connections_[i]->Send(step, call, start);
  }

  // It sleeps rather than spins until the next is due: what it is to load shares its cores.
  timespec Timeout() const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    if (options_.rate <= 0 || idle_.empty() || DueTime(sent_) >= end_) return {1, 0};
    const std::int64_t wait = std::max<std::int64_t>(DueTime(sent_) - Now(), 0);
    return {wait / kSecond, wait % kSecond};
  }

  void Handle(const epoll_event& event) {
    WebhookConnection& connection = *connections_[event.data.u64];
    if (!connection.busy()) return;
    if ((event.events & EPOLLOUT) != 0) connection.Flush();
    if ((event.events & EPOLLIN) == 0) return;
    const int status = connection.Receive();
    if (status == 0) return;
    ++statuses_.at(static_cast<std::size_t>(status));
    if (status == 200 || status == 202) acknowledged_.Add(connection.call(), connection.step());
    const std::int64_t now = Now();
    if (connection.start() >= measured_from_) {
      latencies_.Record(now - connection.start());
      last_ = now;
    }
    idle_.push_back(event.data.u64);
  }

  const Options options_;
  const Mix mix_;
  const Schedule schedule_;
  Acknowledged acknowledged_;
  int epoll_ = -1;
  std::vector<std::unique_ptr<WebhookConnection>> connections_;
  std::vector<std::size_t> idle_;  // never longer than connections_
  std::vector<Life> lives_;
  std::uint64_t calls_begun_ = 0;
  std::size_t sent_ = 0;
  std::int64_t begin_ = 0;
  std::int64_t measured_from_ = 0;
  std::int64_t end_ = 0;
  std::int64_t last_ = 0;
  Histogram latencies_;
  std::array<std::uint64_t, 600> statuses_{};
};

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Posts webhooks and measures the answers.");
  app.add_option("--port", options.port)->required();
  app.add_option("--mix", options.mix, "file of mix.py")->required();
  app.add_option("--secret", options.secret);
  app.add_option("--connections", options.connections, "of a closed loop");
  app.add_option("--rate", options.rate, "webhooks a second; 0: as fast as they are answered");
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up, "seconds before, which are not measured");
  app.add_option("--first-call", options.first_call);
  app.add_option("--calls", options.calls, "how many calls are registered")->required();
  app.add_option("--most", options.most, "webhooks to send; 0: as many as the time allows");
  app.add_option("--acknowledged", options.acknowledged, "file for what was acknowledged");
  CLI11_PARSE(app, argc, argv);
  Load load(options);
  load.Run();
  std::cout << load.Result().dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
