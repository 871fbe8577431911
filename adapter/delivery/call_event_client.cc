#include "adapter/delivery/call_event_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "adapter/delivery/report_results.h"
#include "adapter/delivery/retry_policy.h"
#include "services/base/limits.h"
#include "services/base/thread.h"

namespace autopulse::callevents::adapter {

// What the adapter takes from VAPI fits into what it sends.
static_assert(client::kMaxMessageBytes == base::kMaxMessageBytes);

namespace {

// For requests that failed as a whole: as many as may be under way at a time.
constexpr std::size_t kRetryThreads = 2;

absl::Status WrongCount(std::size_t events, std::size_t results) {
  return absl::InternalError(
      absl::StrCat("the service gave ", results, " results for ", events, " events"));
}

}  // namespace

// A request on its way. The events are lent to it.
struct CallEventClient::Call {
  Call(absl::Span<v1::ReportCallEventRequest* const> lent, absl::Time until,
       ReportBatcher::Sent told)
      : events(lent), deadline(until), sent(std::move(told)) {
    context.set_deadline(absl::ToChronoTime(deadline));
    if (events.size() == 1) return;
    batch.mutable_requests()->Reserve(static_cast<int>(events.size()));
    for (v1::ReportCallEventRequest* event : events) {
      batch.mutable_requests()->UnsafeArenaAddAllocated(event);
    }
  }
  ~Call() { GiveBack(); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void GiveBack() {
    while (!batch.requests().empty()) batch.mutable_requests()->UnsafeArenaReleaseLast();
  }

  // Tells what became of the events, which are their owner's again.
  void Tell(std::vector<ReportBatcher::Result> results) {
    GiveBack();
    std::exchange(sent, nullptr)(std::move(results));
  }

  template <typename Response>
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReaderInterface<Response>>;

  // Sends it. `queue` tells when there is an answer.
  void Begin(client::ChannelPool::Stub& service, grpc::CompletionQueue& queue) {
    if (events.size() == 1) {
      reader_of_one = service.AsyncReportCallEvent(&context, *events.front(), &queue);
      reader_of_one->Finish(&answer_to_one, &status, this);
    } else {
      reader = service.AsyncBatchReportCallEvents(&context, batch, &queue);
      reader->Finish(&answer, &status, this);
    }
  }

  const absl::Span<v1::ReportCallEventRequest* const> events;
  const absl::Time deadline;
  ReportBatcher::Sent sent;
  std::shared_ptr<Call> under_way;  // itself, as long as gRPC has it
  grpc::ClientContext context;
  grpc::Status status;
  Reader<v1::BatchReportCallEventsResponse> reader;
  Reader<v1::ReportCallEventResponse> reader_of_one;
  v1::BatchReportCallEventsRequest batch;  // of more than one
  v1::BatchReportCallEventsResponse answer;
  v1::ReportCallEventResponse answer_to_one;
};

CallEventClient::CallEventClient(Options options)
    : options_(std::move(options)),
      services_(options_.channel),
      answers_(*this),
      retries_("resender", kRetryThreads),
      batcher_([this](absl::Span<v1::ReportCallEventRequest* const> events, absl::Time deadline,
                      ReportBatcher::Sent sent) { Send(events, deadline, std::move(sent)); },
               options_.deadline) {}

CallEventClient::Answers::Answers(const CallEventClient& client)
    : thread(base::StartThread("grpc-answers", [this, &client] {
        void* call = nullptr;
        bool ok = false;
        while (queue.Next(&call, &ok)) {
          client.OnAnswer(std::exchange(static_cast<Call*>(call)->under_way, nullptr));
        }
      })) {}

CallEventClient::Answers::~Answers() {
  queue.Shutdown();
  thread.join();
}

absl::Status CallEventClient::Result(const grpc::Status& status) const {
  absl::Status result = client::FromGrpc(status);
  if (options_.on_refusal && IsRefusal(result.code())) options_.on_refusal(result);
  return result;
}

void CallEventClient::Start(EventRequest request, ReportBatcher::Done done) const {
  request->set_view(v1::REPORT_VIEW_BASIC);  // what a webhook's sender is told follows from that
  batcher_.Add(std::move(request), std::move(done));
}

void CallEventClient::Flush() const { batcher_.Flush(); }

absl::StatusOr<v1::ReportCallEventResponse> CallEventClient::Report(
    const v1::ReportCallEventRequest& request) const {
  return batcher_.Report(request);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::ReportBatch(
    const v1::BatchReportCallEventsRequest& request) const {
  return SendBatch(request, absl::Now() + 2 * options_.deadline);
}

void CallEventClient::Send(absl::Span<v1::ReportCallEventRequest* const> events,
                           absl::Time deadline, ReportBatcher::Sent sent) const {
  const auto call = std::make_shared<Call>(events, deadline, std::move(sent));
  call->under_way = call;
  call->Begin(services_.Next(), answers_.queue);
}

void CallEventClient::OnAnswer(std::shared_ptr<Call> call) const {
  if (!call->status.ok()) return TryAgain(std::move(call), client::FromGrpc(call->status));
  std::vector<ReportBatcher::Result> results;
  if (call->events.size() == 1) {
    results.emplace_back(std::move(call->answer_to_one));
  } else {
    results = ResultsOf(call->answer);
  }
  if (results.size() != call->events.size()) {
    const absl::Status error = WrongCount(call->events.size(), results.size());
    return TryAgain(std::move(call), error);
  }
  call->Tell(std::move(results));
}

// A request that failed as a whole: whether another service takes it, or whose fault it is, is
// found out where it may take a while.
void CallEventClient::TryAgain(std::shared_ptr<Call> call, const absl::Status& error) const {
  const bool is_elsewhere = absl::IsUnavailable(error) && services_.has_alternatives();
  const bool is_somebodys = call->events.size() > 1 && !IsOutage(error.code());
  if (!is_elsewhere && !is_somebodys) {
    if (options_.on_refusal && IsRefusal(error.code())) options_.on_refusal(error);
    return call->Tell(std::vector<ReportBatcher::Result>(call->events.size(), error));
  }
  retries_.Add([this, call = std::move(call), is_elsewhere] {
    call->Tell(is_elsewhere ? SendAgain(*call) : SendEach(*call));
  });
}

std::vector<ReportBatcher::Result> CallEventClient::SendAgain(const Call& call) const {
  if (call.events.size() == 1) return SendEach(call);
  absl::StatusOr<v1::BatchReportCallEventsResponse> answer = SendBatch(call.batch, call.deadline);
  if (answer.ok()) return ResultsOf(*answer);
  if (!IsOutage(answer.status().code())) return SendEach(call);
  return std::vector<ReportBatcher::Result>(call.events.size(), answer.status());
}

// Whose fault it is shows, and costs nobody else.
std::vector<ReportBatcher::Result> CallEventClient::SendEach(const Call& call) const {
  std::vector<ReportBatcher::Result> results;
  for (const v1::ReportCallEventRequest* event : call.events) {
    results.push_back(SendOne(*event, call.deadline));
  }
  return results;
}

ReportBatcher::Result CallEventClient::SendOne(const v1::ReportCallEventRequest& request,
                                               absl::Time deadline) const {
  v1::ReportCallEventResponse response;
  const grpc::Status status =
      services_.Send(&client::ChannelPool::Stub::ReportCallEvent, request, deadline, response);
  if (status.ok()) return response;
  return Result(status);
}

absl::StatusOr<v1::BatchReportCallEventsResponse> CallEventClient::SendBatch(
    const v1::BatchReportCallEventsRequest& request, absl::Time deadline) const {
  v1::BatchReportCallEventsResponse response;
  const grpc::Status status = services_.Send(&client::ChannelPool::Stub::BatchReportCallEvents,
                                             request, deadline, response);
  if (!status.ok()) return Result(status);
  if (response.results_size() == request.requests_size()) return response;
  return WrongCount(static_cast<std::size_t>(request.requests_size()),
                    static_cast<std::size_t>(response.results_size()));
}

}  // namespace autopulse::callevents::adapter
