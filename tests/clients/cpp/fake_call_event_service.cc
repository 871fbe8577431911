#include "tests/clients/cpp/fake_call_event_service.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace autopulse::callevents::tests {
namespace {

grpc::Status NotFound(const std::string& name) {
  return {grpc::StatusCode::NOT_FOUND, absl::StrCat("there is no ", name)};
}

// Serves one page of `items`. A page token is the index that the page begins at.
template <typename Request, typename Item, typename Add>
std::string Page(const Request& request, const std::vector<Item>& items, Add add) {
  std::size_t begin = 0;
  if (!request.page_token().empty() && !absl::SimpleAtoi(request.page_token(), &begin)) return "";
  const auto page_size =
      static_cast<std::size_t>(request.page_size() == 0 ? 50 : request.page_size());
  const std::size_t end = std::min(items.size(), begin + page_size);
  for (std::size_t i = begin; i < end; ++i) *add() = items[i];
  return end < items.size() ? absl::StrCat(end) : "";
}

template <typename Item>
std::vector<Item> Values(const std::map<std::string, Item>& items) {
  std::vector<Item> values;
  for (const auto& [name, item] : items) values.push_back(item);
  return values;
}

// Leaves of a response what the basic view tells.
void Shorten(v1::ReportCallEventResponse& response) {
  v1::CallEvent event;
  event.set_name(response.event().name());
  event.set_sequence(response.event().sequence());
  event.set_outcome(response.event().outcome());
  event.set_call_status(response.event().call_status());
  event.set_call_status_text(response.event().call_status_text());
  *response.mutable_event() = event;
  v1::Call call;
  call.set_name(response.call().name());
  *response.mutable_call() = call;
}

}  // namespace

FakeCallEventService::FakeCallEventService(const std::string& address) : address_(address) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(this);
  server_ = builder.BuildAndStart();
  if (absl::EndsWith(address, ":0")) address_ = absl::StrCat("127.0.0.1:", port);
}

FakeCallEventService::~FakeCallEventService() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(5));
  server_->Wait();
}

std::vector<v1::ListCallsRequest> FakeCallEventService::list_calls_requests() {
  absl::MutexLock lock(&mutex_);
  return list_calls_requests_;
}

std::vector<v1::WatchCallsRequest> FakeCallEventService::watch_requests() {
  absl::MutexLock lock(&mutex_);
  return watch_requests_;
}

std::vector<v1::ReportCallEventRequest> FakeCallEventService::reports() {
  absl::MutexLock lock(&mutex_);
  return reports_;
}

std::vector<v1::EraseCallRequest> FakeCallEventService::erase_requests() {
  absl::MutexLock lock(&mutex_);
  return erase_requests_;
}

std::vector<int> FakeCallEventService::batch_lengths() {
  absl::MutexLock lock(&mutex_);
  return batch_lengths_;
}

grpc::Status FakeCallEventService::CreateServiceRecord(
    grpc::ServerContext* /*context*/, const v1::CreateServiceRecordRequest* request,
    v1::CreateServiceRecordResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  v1::ServiceRecord record = request->service_record();
  record.set_name(absl::StrCat("serviceRecords/", request->service_record_id()));
  record.set_status_text("Scheduled");
  service_records[record.name()] = record;
  *response->mutable_service_record() = record;
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::GetServiceRecord(grpc::ServerContext* /*context*/,
                                                    const v1::GetServiceRecordRequest* request,
                                                    v1::GetServiceRecordResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  const auto found = service_records.find(request->name());
  if (found == service_records.end()) return NotFound(request->name());
  *response->mutable_service_record() = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::ListServiceRecords(grpc::ServerContext* /*context*/,
                                                      const v1::ListServiceRecordsRequest* request,
                                                      v1::ListServiceRecordsResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  response->set_next_page_token(Page(*request, Values(service_records),
                                     [response] { return response->add_service_records(); }));
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::CreateCall(grpc::ServerContext* /*context*/,
                                              const v1::CreateCallRequest* request,
                                              v1::CreateCallResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  v1::Call call = request->call();
  call.set_name(absl::StrCat("calls/", request->call_id().empty() ? "1" : request->call_id()));
  call.set_status(v1::CALL_STATUS_READY);
  call.set_status_text("Ready");
  if (!calls.emplace(call.name(), call).second) {
    return {grpc::StatusCode::ALREADY_EXISTS, absl::StrCat(call.name(), " is taken")};
  }
  *response->mutable_call() = call;
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::GetCall(grpc::ServerContext* /*context*/,
                                           const v1::GetCallRequest* request,
                                           v1::GetCallResponse* response) {
  if (hangs) WaitForEnd();
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  const auto found = calls.find(request->name());
  if (found == calls.end()) return NotFound(request->name());
  *response->mutable_call() = found->second;
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::EraseCall(grpc::ServerContext* /*context*/,
                                             const v1::EraseCallRequest* request,
                                             v1::EraseCallResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  if (!calls.contains(request->name())) return NotFound(request->name());
  erase_requests_.push_back(*request);
  call_attempts.erase(request->name());  // as the real one: its events alone keep their ids
  *response->mutable_call() = calls[request->name()];
  response->mutable_call()->mutable_erase_time()->set_seconds(1746200000);
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::ListCalls(grpc::ServerContext* /*context*/,
                                             const v1::ListCallsRequest* request,
                                             v1::ListCallsResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  list_calls_requests_.push_back(*request);
  response->set_next_page_token(
      Page(*request, Values(calls), [response] { return response->add_calls(); }));
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::ReportCallEvent(grpc::ServerContext* /*context*/,
                                                   const v1::ReportCallEventRequest* request,
                                                   v1::ReportCallEventResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  return Record(*request, *response);
}

grpc::Status FakeCallEventService::BatchReportCallEvents(
    grpc::ServerContext* /*context*/, const v1::BatchReportCallEventsRequest* request,
    v1::BatchReportCallEventsResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  batch_lengths_.push_back(request->requests_size());
  for (const auto& report : request->requests()) {
    auto& result = *response->add_results();
    const grpc::Status status = Record(report, *result.mutable_response());
    if (status.ok()) continue;
    result.mutable_error()->set_code(status.error_code());
    result.mutable_error()->set_message(status.error_message());
  }
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::GetCallEvent(grpc::ServerContext* /*context*/,
                                                const v1::GetCallEventRequest* request,
                                                v1::GetCallEventResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  for (const auto& [call, call_events] : events) {
    for (const v1::CallEvent& event : call_events) {
      if (event.name() != request->name()) continue;
      *response->mutable_event() = event;
      return grpc::Status::OK;
    }
  }
  return NotFound(request->name());
}

grpc::Status FakeCallEventService::ListCallEvents(grpc::ServerContext* /*context*/,
                                                  const v1::ListCallEventsRequest* request,
                                                  v1::ListCallEventsResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  if (!calls.contains(request->parent())) return NotFound(request->parent());
  response->set_next_page_token(
      Page(*request, events[request->parent()], [response] { return response->add_events(); }));
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::ListTranscriptEntries(
    grpc::ServerContext* /*context*/, const v1::ListTranscriptEntriesRequest* request,
    v1::ListTranscriptEntriesResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  if (!calls.contains(request->parent())) return NotFound(request->parent());
  response->set_next_page_token(Page(*request, transcript_entries[request->parent()],
                                     [response] { return response->add_transcript_entries(); }));
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::ListCallAttempts(grpc::ServerContext* /*context*/,
                                                    const v1::ListCallAttemptsRequest* request,
                                                    v1::ListCallAttemptsResponse* response) {
  if (!failure.ok()) return failure;
  absl::MutexLock lock(&mutex_);
  if (!calls.contains(request->parent())) return NotFound(request->parent());
  response->set_next_page_token(Page(*request, call_attempts[request->parent()],
                                     [response] { return response->add_call_attempts(); }));
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::WatchCalls(grpc::ServerContext* context,
                                              const v1::WatchCallsRequest* request,
                                              grpc::ServerWriter<v1::WatchCallsResponse>* writer) {
  std::size_t stream = 0;
  {
    absl::MutexLock lock(&mutex_);
    stream = watch_requests_.size();
    watch_requests_.push_back(*request);
  }
  if (stream < streams.size()) {
    for (const v1::WatchCallsResponse& response : streams[stream]) writer->Write(response);
  }
  if (!failure.ok()) return failure;
  if (stream + 1 < streams.size()) return {grpc::StatusCode::UNAVAILABLE, "restarting"};
  while (!context->IsCancelled()) {
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&ending_), absl::Milliseconds(20))) break;
  }
  return grpc::Status::OK;
}

grpc::Status FakeCallEventService::Record(const v1::ReportCallEventRequest& request,
                                          v1::ReportCallEventResponse& response) {
  reports_.push_back(request);
  const auto call = calls.find(request.parent());
  if (call == calls.end()) return NotFound(request.parent());
  v1::CallEvent& event = *response.mutable_event();
  event = request.event();
  event.set_name(absl::StrCat(request.parent(), "/events/", request.event_id()));
  event.set_outcome(v1::CALL_EVENT_OUTCOME_APPLIED);
  if (!recorded_.insert(event.name()).second) {
    response.set_duplicate(true);
  } else if (event.has_status_update()) {
    call->second.set_status(event.status_update().status());
    call->second.clear_status_text();
  }
  event.set_call_status(call->second.status());
  event.set_call_status_text(call->second.status_text());
  *response.mutable_call() = call->second;
  if (request.view() == v1::REPORT_VIEW_BASIC) Shorten(response);
  return grpc::Status::OK;
}

void FakeCallEventService::WaitForEnd() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&ending_));
}

v1::WatchCallsResponse WatchResponse(const std::string& event_id, const std::string& token) {
  v1::WatchCallsResponse response;
  response.set_resume_token(token);
  if (event_id.empty()) return response;
  response.mutable_call()->set_name("calls/15");
  response.mutable_call()->set_status(v1::CALL_STATUS_RINGING);
  v1::CallEvent& event = *response.mutable_event();
  event.set_name(absl::StrCat("calls/15/events/", event_id));
  event.mutable_event_time()->set_seconds(1746100800);
  event.set_outcome(v1::CALL_EVENT_OUTCOME_APPLIED);
  event.set_call_status(v1::CALL_STATUS_RINGING);
  event.mutable_status_update()->set_status(v1::CALL_STATUS_RINGING);
  return response;
}

}  // namespace autopulse::callevents::tests
