// Calls the service over gRPC as fast as it answers, and measures. Prints one JSON object.

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "nlohmann/json.hpp"
#include "tests/bench/event_batches.h"
#include "tests/bench/fail.h"
#include "tests/bench/histogram.h"
#include "tests/bench/mix.h"

namespace autopulse::callevents::bench {
namespace {

using Stub = v1::CallEventService::Stub;

constexpr int kPageSize = 50;

struct Options {
  std::string what;
  std::string service;
  std::size_t in_flight = 32;
  double seconds = 5;
  double warm_up = 1;
  std::uint64_t first_call = kCallNumber;
  std::size_t calls = 0;
  std::string page = "first";
  std::string mix;
  std::string acknowledged;
};

std::unique_ptr<Stub> Connect(const Options& options) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  return v1::CallEventService::NewStub(
      grpc::CreateCustomChannel(options.service, grpc::InsecureChannelCredentials(), arguments));
}

// One method, `in_flight` calls of it at a time: each answer is followed by the next request.
template <typename Request, typename Response>
class ClosedLoop {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;
  using Method = Reader (Stub::*)(grpc::ClientContext*, const Request&, grpc::CompletionQueue*);

  ClosedLoop(const Options& options, Method method)
      : options_(options), stub_(Connect(options)), method_(method), slots_(options.in_flight) {}

  // `next` fills the next request of a slot, `check` looks at the answer.
  template <typename Next, typename Check>
  nlohmann::json Run(Next next, Check check) {
    const std::int64_t measured_from = Now() + static_cast<std::int64_t>(options_.warm_up * 1e9);
    const std::int64_t end = measured_from + static_cast<std::int64_t>(options_.seconds * 1e9);
    std::int64_t last = end;
    std::size_t under_way = 0;
    for (std::size_t i = 0; i < slots_.size(); ++i, ++under_way) Start(i, next);
    void* tag = nullptr;
    bool ok = false;
    while (under_way > 0 && queue_.Next(&tag, &ok)) {
      const std::size_t i = reinterpret_cast<std::uintptr_t>(tag);
      Slot& slot = slots_[i];
      if (!slot.status.ok()) Fail(absl::StrCat("gRPC: ", slot.status.error_message()));
      check(i, slot.request, slot.response);
      last = Now();
      if (slot.start >= measured_from) latencies_.Record(last - slot.start);
      if (last < end) {
        Start(i, next);
      } else {
        --under_way;
      }
    }
    const double seconds = static_cast<double>(last - measured_from) / 1e9;
    return {{"rate", static_cast<double>(latencies_.count()) / seconds},
            {"latency_us", latencies_.Percentiles()}};
  }

 private:
  struct Slot {
    Request request;
    Response response;
    grpc::Status status;
    std::optional<grpc::ClientContext> context;
    Reader reader;
    std::int64_t start = 0;
  };

  template <typename Next>
  void Start(std::size_t i, Next& next) {
    Slot& slot = slots_[i];
    next(i, slot.request);
    slot.context.emplace();
    slot.start = Now();
    slot.reader = (stub_.get()->*method_)(&*slot.context, slot.request, &queue_);
    slot.reader->StartCall();
    slot.reader->Finish(&slot.response, &slot.status, reinterpret_cast<void*>(i));
  }

  const Options options_;
  const std::unique_ptr<Stub> stub_;
  const Method method_;
  grpc::CompletionQueue queue_;
  std::vector<Slot> slots_;
  Histogram latencies_;
};

// GetCall of calls here and there. Against a bare server: the round trip itself.
nlohmann::json MeasureGet(const Options& options) {
  std::minstd_rand random(1);
  std::uniform_int_distribution<std::uint64_t> any(options.first_call,
                                                   options.first_call + options.calls - 1);
  ClosedLoop<v1::GetCallRequest, v1::GetCallResponse> loop(options, &Stub::PrepareAsyncGetCall);
  return loop.Run(
      [&](std::size_t, v1::GetCallRequest& request) {
        request.set_name(absl::StrCat("calls/", any(random)));
      },
      [&](std::size_t, const v1::GetCallRequest& request, const v1::GetCallResponse& response) {
        if (response.call().name() != request.name()) Fail("GetCall answered with another call");
      });
}

// The token of the last page, found by large pages until few calls are left.
std::string LastPageToken(const Options& options) {
  const std::unique_ptr<Stub> stub = Connect(options);
  v1::ListCallsRequest request;
  for (std::size_t left = options.calls; left > kPageSize;) {
    const std::size_t size = std::min<std::size_t>(left - kPageSize, 1000);
    request.set_page_size(static_cast<int>(size));
    grpc::ClientContext context;
    v1::ListCallsResponse response;
    const grpc::Status status = stub->ListCalls(&context, request, &response);
    if (!status.ok()) Fail(absl::StrCat("gRPC: ", status.error_message()));
    request.set_page_token(response.next_page_token());
    left -= size;
  }
  return request.page_token();
}

nlohmann::json MeasureList(const Options& options) {
  v1::ListCallsRequest page;
  page.set_page_size(kPageSize);
  if (options.page == "last") page.set_page_token(LastPageToken(options));
  ClosedLoop<v1::ListCallsRequest, v1::ListCallsResponse> loop(options,
                                                               &Stub::PrepareAsyncListCalls);
  return loop.Run(
      [&](std::size_t, v1::ListCallsRequest& request) { request = page; },
      [&](std::size_t, const v1::ListCallsRequest&, const v1::ListCallsResponse& response) {
        if (response.calls_size() != kPageSize) Fail("a page is not full");
        if (response.next_page_token().empty() != (options.page == "last")) {
          Fail("this is another page than was asked for");
        }
      });
}

// BatchReportCallEvents; the rate is that of events.
nlohmann::json MeasureBatches(const Options& options) {
  EventBatches batches(ReadMix(options.mix), options.first_call, options.in_flight);
  Acknowledged acknowledged(options.first_call, options.calls);
  ClosedLoop<v1::BatchReportCallEventsRequest, v1::BatchReportCallEventsResponse> loop(
      options, &Stub::PrepareAsyncBatchReportCallEvents);
  nlohmann::json result =
      loop.Run([&](std::size_t slot,
                   v1::BatchReportCallEventsRequest& request) { batches.Fill(slot, request); },
               [&](std::size_t slot, const v1::BatchReportCallEventsRequest&,
                   const v1::BatchReportCallEventsResponse& response) {
                 batches.Acknowledge(slot, response, acknowledged);
               });
  if (!options.acknowledged.empty()) acknowledged.Write(options.acknowledged);
  result["rate"] = result["rate"].get<double>() * EventBatches::kEvents;
  return result;
}

int Main(int argc, char** argv) {
  Options options;
  CLI::App app("Calls the service over gRPC and measures.");
  app.add_option("what", options.what)->required()->check(CLI::IsMember({"get", "list", "batch"}));
  app.add_option("--service", options.service, "HOST:PORT")->required();
  app.add_option("--in-flight", options.in_flight, "requests under way at a time");
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up);
  app.add_option("--first-call", options.first_call);
  app.add_option("--calls", options.calls, "how many calls there are")->required();
  app.add_option("--page", options.page)->check(CLI::IsMember({"first", "last"}));
  app.add_option("--mix", options.mix, "file of mix.py");
  app.add_option("--acknowledged", options.acknowledged, "file for what was acknowledged");
  CLI11_PARSE(app, argc, argv);
  const nlohmann::json result = options.what == "get"    ? MeasureGet(options)
                                : options.what == "list" ? MeasureList(options)
                                                         : MeasureBatches(options);
  std::cout << result.dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
