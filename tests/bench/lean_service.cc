// The limit of what is behind the adapter: takes its requests and writes the least that recording
// them means by the database's own interface, all that wait in one transaction. No rules, no
// repeats, no order. Prints its port.

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/grpc/rpc_queue.h"
#include "services/grpc/unary_rpc.h"
#include "tests/bench/fail.h"
#include "tests/bench/raw_database.h"
#include "tests/bench/serve.h"

namespace autopulse::callevents::bench {
namespace {

// What is to be written of a request. Its texts are the request's.
RawEvent RawEventOf(const v1::ReportCallEventRequest& request) {
  RawEvent event;
  event.status = "completed";  // unless it says another
  if (!absl::SimpleAtoi(absl::StripPrefix(request.parent(), "calls/"), &event.call)) {
    Fail("a request names no call of ours: " + request.parent());
  }
  event.event_id = request.event_id();
  switch (request.event().detail_case()) {
    case v1::CallEvent::kStatusUpdate:
      event.kind = "status_update";
      event.provider_status = request.event().status_update().provider_status();
      event.status = event.provider_status;
      break;
    case v1::CallEvent::kEndOfCallReport:
      event.kind = "end_of_call_report";
      for (const v1::TranscriptEntry& line :
           request.event().end_of_call_report().transcript_entries()) {
        if (line.role() != "system") event.lines.push_back(line.content());  // T1
      }
      break;
    default:
      event.kind = "notice";
  }
  return event;
}

// All requests, served by what serves the real service's.
class LeanService final {
 public:
  grpc::Service& api() { return api_; }

  // Takes the requests that `queue` tells of, from now on.
  void Serve(rpc::RpcQueue& queue) {
    rpc::ServeMethod(queue, api_, &Api::RequestReportCallEvent, [this](auto& rpc) {
      Add({{&rpc.request()}, [&rpc] {
             Answer(rpc.request(), rpc.response());
             rpc.Finish(absl::OkStatus());
           }});
    });
    rpc::ServeMethod(queue, api_, &Api::RequestBatchReportCallEvents, [this](auto& rpc) {
      Waiting waiting;
      for (const v1::ReportCallEventRequest& one : rpc.request().requests()) {
        waiting.events.push_back(&one);
      }
      waiting.answer = [&rpc] {
        for (const v1::ReportCallEventRequest& one : rpc.request().requests()) {
          Answer(one, *rpc.response().add_results()->mutable_response());
        }
        rpc.Finish(absl::OkStatus());
      };
      Add(std::move(waiting));
    });
  }

  // Runs until the program is killed.
  [[noreturn]] void Write(RawDatabase& database) {
    for (;;) {
      std::vector<Waiting> waiting = TakeAll();
      std::vector<RawEvent> group;
      for (const Waiting& one : waiting) {
        for (const v1::ReportCallEventRequest* event : one.events) {
          group.push_back(RawEventOf(*event));
        }
      }
      database.RecordAhead(group, [waiting = std::move(waiting)] {
        for (const Waiting& one : waiting) one.answer();
      });
    }
  }

 private:
  using Api = v1::CallEventService::AsyncService;

  // A request that waits to be written.
  struct Waiting {
    std::vector<const v1::ReportCallEventRequest*> events;
    std::function<void()> answer;
  };

  static void Answer(const v1::ReportCallEventRequest& request,
                     v1::ReportCallEventResponse& response) {
    response.mutable_event()->set_name(request.parent() + "/events/" + request.event_id());
    response.mutable_event()->set_outcome(v1::CALL_EVENT_OUTCOME_APPLIED);
    response.mutable_call()->set_name(request.parent());
  }

  void Add(Waiting waiting) {
    const absl::MutexLock lock(&mutex_);
    waiting_.push_back(std::move(waiting));
  }

  std::vector<Waiting> TakeAll() {
    const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !waiting_.empty(); };
    const absl::MutexLock lock(&mutex_, absl::Condition(&ready));
    return std::exchange(waiting_, {});
  }

  Api api_;
  absl::Mutex mutex_;
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
};

int Main(int argc, char** argv) {
  std::string kind;
  std::string location;
  std::size_t connections = 1;
  CLI::App app("The least service that there could be behind the adapter.");
  app.add_option("kind", kind)->required()->check(CLI::IsMember({"sqlite", "postgresql"}));
  app.add_option("--database", location, "file or URL, with the schema")->required();
  app.add_option("--connections", connections, "transactions at a time; SQLite has one");
  CLI11_PARSE(app, argc, argv);
  // Before it is found, for who comes then may lock the database for a moment.
  std::vector<std::unique_ptr<RawDatabase>> databases;
  for (std::size_t i = 0; i < connections; ++i) {
    databases.push_back(kind == "sqlite" ? OpenRawSqliteAhead(location)
                                         : OpenRawPostgresql(location));
  }
  LeanService service;
  std::vector<std::thread> writers;
  for (const auto& database : databases) {
    writers.emplace_back([&service, &database] { service.Write(*database); });
  }
  std::optional<rpc::RpcQueue> queue;
  Serve(
      service.api(), "lean", [&](grpc::ServerBuilder& builder) { queue.emplace(builder); },
      [&] {
        service.Serve(*queue);
        queue->Start([] {});
      });
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
