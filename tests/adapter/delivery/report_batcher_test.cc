#include "adapter/delivery/report_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;
using Request = ReportBatcher::Request;
using Result = ReportBatcher::Result;

Request EventNamed(const std::string& id) {
  Request request;
  request.set_event_id(id);
  return request;
}

// A service that answers each event with its own id, once it is let go on.
class Service {
 public:
  explicit Service(const ReportBatcher::Limits& limits)
      : batcher_([this](absl::Span<const Request* const> events,
                        absl::Time deadline) { return Answer(events, deadline); },
                 absl::Seconds(60), limits) {}

  ~Service() {
    LetGoOn();
    for (std::thread& thread : threads_) thread.join();
  }

  ReportBatcher& batcher() { return batcher_; }

  // Reports on a thread of its own, and returns when the event is on its way or waits.
  void Report(const std::string& id) { Report(EventNamed(id)); }
  void Report(Request request) {
    const std::size_t known = sent_events() + batcher_.waiting();
    threads_.emplace_back([this, request = std::move(request)] {
      const Result result = batcher_.Report(request);
      const absl::MutexLock lock(&mutex_);
      answers_.push_back(result.ok() ? result->event().name() : "error");
    });
    while (sent_events() + batcher_.waiting() == known) std::this_thread::yield();
  }

  void LetGoOn() {
    const absl::MutexLock lock(&mutex_);
    held_ = false;
  }

  // The ids of each request, after `count` events were answered.
  std::vector<std::string> RequestsAfter(std::size_t count) {
    const auto answered = [this, count]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return answers_.size() == count;
    };
    const absl::MutexLock lock(&mutex_, absl::Condition(&answered));
    return requests_;
  }

  std::vector<std::string> answers() {
    const absl::MutexLock lock(&mutex_);
    return answers_;
  }

  std::vector<absl::Time> deadlines() {
    const absl::MutexLock lock(&mutex_);
    return deadlines_;
  }

 private:
  std::size_t sent_events() {
    const absl::MutexLock lock(&mutex_);
    return sent_events_;
  }

  std::vector<Result> Answer(absl::Span<const Request* const> events, absl::Time deadline) {
    const absl::MutexLock lock(&mutex_);
    std::string ids;
    std::vector<Result> results;
    for (const Request* event : events) {
      absl::StrAppend(&ids, ids.empty() ? "" : " ", event->event_id());
      results.emplace_back(v1::ReportCallEventResponse());
      results.back()->mutable_event()->set_name(event->event_id());
    }
    requests_.push_back(ids);
    deadlines_.push_back(deadline);
    sent_events_ += events.size();
    const auto let_go = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !held_; };
    mutex_.Await(absl::Condition(&let_go));
    return results;
  }

  absl::Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = true;
  std::size_t sent_events_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Time> deadlines_ ABSL_GUARDED_BY(mutex_);
  ReportBatcher batcher_;
  std::vector<std::thread> threads_;
};

ReportBatcher::Limits OneUnderWay() { return {.under_way = 1, .events = 128, .bytes = 1 << 20}; }

TEST(ReportBatcherTest, EventGoesAtOnceWhenNothingIsUnderWay) {
  Service service(OneUnderWay());
  service.LetGoOn();
  EXPECT_EQ(service.batcher().Report(EventNamed("a"))->event().name(), "a");
  EXPECT_EQ(service.batcher().Report(EventNamed("b"))->event().name(), "b");
  EXPECT_EQ(service.batcher().waiting(), 0u);
}

TEST(ReportBatcherTest, WhatWaitsGoesTogetherInTheOrderOfIntake) {
  Service service(OneUnderWay());
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  service.LetGoOn();
  EXPECT_THAT(service.RequestsAfter(4), ElementsAre("a", "b c d"));
  EXPECT_THAT(service.answers(), UnorderedElementsAre("a", "b", "c", "d"));
}

TEST(ReportBatcherTest, AsManyRequestsAsAllowedAreUnderWayAtOnce) {
  Service service({.under_way = 2, .events = 128, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  service.LetGoOn();
  EXPECT_THAT(service.RequestsAfter(4), ElementsAre("a", "b", "c d"));
}

TEST(ReportBatcherTest, RequestTakesNoMoreEventsThanItMay) {
  Service service({.under_way = 1, .events = 2, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  service.LetGoOn();
  EXPECT_THAT(service.RequestsAfter(4), ElementsAre("a", "b c", "d"));
}

TEST(ReportBatcherTest, LargeEventGoesAlone) {
  Service service({.under_way = 1, .events = 128, .bytes = 1000});
  service.Report("a");
  service.Report("b");
  Request large = EventNamed("large");
  large.mutable_event()->set_provider(std::string(2000, 'x'));
  service.Report(std::move(large));
  service.Report("c");
  service.LetGoOn();
  EXPECT_THAT(service.RequestsAfter(4), ElementsAre("a", "b", "large", "c"));
}

TEST(ReportBatcherTest, TimeSpentWaitingCounts) {
  Service service(OneUnderWay());
  service.Report("a");
  service.Report("b");
  const absl::Time b_reported = absl::Now();
  service.LetGoOn();
  service.RequestsAfter(2);
  EXPECT_LE(service.deadlines().back(), b_reported + absl::Seconds(60));
}

TEST(ReportBatcherTest, EachOfManyThreadsGetsItsOwnResult) {
  Service service({.under_way = 2, .events = 8, .bytes = 1 << 20});
  service.LetGoOn();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        const std::string id = absl::StrCat(t, "-", i);
        const Result result = service.batcher().Report(EventNamed(id));
        if (!result.ok() || result->event().name() != id) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
