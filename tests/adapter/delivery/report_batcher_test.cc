#include "adapter/delivery/report_batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace autopulse::callevents::adapter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Request = ReportBatcher::Request;
using Result = ReportBatcher::Result;

Request EventNamed(const std::string& id) {
  Request request;
  request.set_event_id(id);
  return request;
}

std::vector<Result> AnswersTo(absl::Span<Request* const> events) {
  std::vector<Result> results;
  for (const Request* event : events) {
    results.emplace_back(v1::ReportCallEventResponse());
    results.back()->mutable_event()->set_name(event->event_id());
  }
  return results;
}

// Events as they are sent, and the answers to them, which are given when the test says so.
class Service {
 public:
  explicit Service(const ReportBatcher::Limits& limits)
      : batcher_([this](absl::Span<Request* const> events, absl::Time deadline,
                        ReportBatcher::Sent sent) { Take(events, deadline, std::move(sent)); },
                 absl::Seconds(60), limits) {}
  ~Service() { AnswerAll(); }

  ReportBatcher& batcher() { return batcher_; }

  void Add(const Request& request) {
    batcher_.Add(MakeEventRequest(request), [this](EventRequest sent, Result result) {
      EXPECT_EQ(result->event().name(), sent->event_id());
      answers_.push_back(result->event().name());
    });
  }

  void Report(const std::string& id) { Report(EventNamed(id)); }
  void Report(const Request& request) {
    Add(request);
    batcher_.Flush();
  }

  // Answers the request that was sent as the `index`th of all.
  void Answer(std::size_t index) {
    ReportBatcher::Sent sent = std::move(under_way_[index].sent);
    sent(AnswersTo(under_way_[index].events));
  }

  void AnswerAll() {
    for (std::size_t i = 0; i < under_way_.size(); ++i) {
      if (under_way_[i].sent) Answer(i);
    }
  }

  const std::vector<std::string>& requests() const { return requests_; }  // the ids of each
  const std::vector<std::string>& answers() const { return answers_; }
  const std::vector<absl::Time>& deadlines() const { return deadlines_; }

 private:
  struct UnderWay {
    std::vector<Request*> events;
    ReportBatcher::Sent sent;
  };

  void Take(absl::Span<Request* const> events, absl::Time deadline, ReportBatcher::Sent sent) {
    std::string ids;
    for (const Request* event : events) {
      absl::StrAppend(&ids, ids.empty() ? "" : " ", event->event_id());
    }
    requests_.push_back(ids);
    deadlines_.push_back(deadline);
    under_way_.push_back({{events.begin(), events.end()}, std::move(sent)});
  }

  std::vector<std::string> requests_;
  std::vector<std::string> answers_;
  std::vector<absl::Time> deadlines_;
  std::vector<UnderWay> under_way_;
  ReportBatcher batcher_;
};

ReportBatcher::Limits OneUnderWay() {
  return {.under_way = 1, .least = 8, .events = 128, .bytes = 1 << 20};
}

TEST(ReportBatcherTest, EventGoesAtOnceWhenNothingIsUnderWay) {
  Service service(OneUnderWay());
  service.Report("a");
  EXPECT_THAT(service.requests(), ElementsAre("a"));
  service.Answer(0);
  service.Report("b");
  EXPECT_THAT(service.requests(), ElementsAre("a", "b"));
}

TEST(ReportBatcherTest, WhatIsAddedBeforeItIsFlushedGoesTogether) {
  Service service(OneUnderWay());
  for (const char* id : {"a", "b", "c"}) service.Add(EventNamed(id));
  EXPECT_THAT(service.requests(), IsEmpty());
  service.batcher().Flush();
  EXPECT_THAT(service.requests(), ElementsAre("a b c"));
}

TEST(ReportBatcherTest, WhatWaitsGoesTogetherInTheOrderOfIntake) {
  Service service(OneUnderWay());
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  EXPECT_THAT(service.requests(), ElementsAre("a"));
  service.AnswerAll();
  EXPECT_THAT(service.requests(), ElementsAre("a", "b c d"));
  EXPECT_THAT(service.answers(), ElementsAre("a", "b", "c", "d"));
}

TEST(ReportBatcherTest, AsManyRequestsAsAllowedAreUnderWayAtOnce) {
  Service service({.under_way = 2, .least = 8, .events = 128, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  EXPECT_THAT(service.requests(), ElementsAre("a", "b"));
  service.Answer(0);
  EXPECT_THAT(service.requests(), ElementsAre("a", "b", "c d"));
}

TEST(ReportBatcherTest, BesideTwoOthersARequestWaitsForEnoughEvents) {
  Service service({.under_way = 3, .least = 2, .events = 128, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c"}) service.Report(id);
  EXPECT_THAT(service.requests(), ElementsAre("a", "b"));
  service.Report("d");
  EXPECT_THAT(service.requests(), ElementsAre("a", "b", "c d"));
}

TEST(ReportBatcherTest, TheMoreRequestsThereAreTheMoreEventsANewOneWaitsFor) {
  Service service({.under_way = 5, .least = 1, .events = 128, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}) service.Report(id);
  EXPECT_THAT(service.requests(), ElementsAre("a", "b", "c", "d e f", "g h i j k"));
}

TEST(ReportBatcherTest, AnswersComeInWhateverOrderTheServiceGivesThem) {
  Service service({.under_way = 2, .least = 8, .events = 128, .bytes = 1 << 20});
  for (const char* id : {"a", "b"}) service.Report(id);
  service.Answer(1);
  EXPECT_THAT(service.answers(), ElementsAre("b"));
  service.Answer(0);
  EXPECT_THAT(service.answers(), ElementsAre("b", "a"));
}

TEST(ReportBatcherTest, RequestTakesNoMoreEventsThanItMay) {
  Service service({.under_way = 1, .least = 8, .events = 2, .bytes = 1 << 20});
  for (const char* id : {"a", "b", "c", "d"}) service.Report(id);
  service.AnswerAll();
  EXPECT_THAT(service.requests(), ElementsAre("a", "b c", "d"));
}

TEST(ReportBatcherTest, LargeEventGoesAlone) {
  Service service({.under_way = 1, .least = 8, .events = 128, .bytes = 1000});
  service.Report("a");
  service.Report("b");
  Request large = EventNamed("large");
  large.mutable_event()->set_provider(std::string(2000, 'x'));
  service.Report(std::move(large));
  service.Report("c");
  service.AnswerAll();
  EXPECT_THAT(service.requests(), ElementsAre("a", "b", "large", "c"));
}

TEST(ReportBatcherTest, TimeSpentWaitingCounts) {
  Service service(OneUnderWay());
  service.Report("a");
  service.Report("b");
  const absl::Time b_reported = absl::Now();
  service.AnswerAll();
  EXPECT_LE(service.deadlines().back(), b_reported + absl::Seconds(60));
}

TEST(ReportBatcherTest, WhatComesOfAnAnswerGoesWithTheNextRequest) {
  Service service(OneUnderWay());
  service.batcher().Add(
      MakeEventRequest(EventNamed("a")),
      [&service](EventRequest /*sent*/, Result /*result*/) { service.Add(EventNamed("of a")); });
  service.batcher().Flush();
  service.Answer(0);
  EXPECT_THAT(service.requests(), ElementsAre("a", "of a"));
}

TEST(ReportBatcherTest, EachOfManyThreadsGetsItsOwnResult) {
  ReportBatcher batcher([](absl::Span<Request* const> events, absl::Time /*deadline*/,
                           ReportBatcher::Sent sent) { sent(AnswersTo(events)); },
                        absl::Seconds(60),
                        {.under_way = 2, .least = 8, .events = 8, .bytes = 1 << 20});
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 300; ++i) {
        const std::string id = absl::StrCat(t, "-", i);
        const Result result = batcher.Report(EventNamed(id));
        if (!result.ok() || result->event().name() != id) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong.load(), 0);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
