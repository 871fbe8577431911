#pragma once

#include <grpcpp/server.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"

namespace autopulse::callevents::tests {

// A CallEventService with what the API promises and nothing more, on a port of its own. What it
// holds is set up by a test before the first request; what it was asked is read afterwards.
class FakeCallEventService final : public v1::CallEventService::Service {
 public:
  // Listens on a free port of 127.0.0.1, or at `address` if that is given.
  explicit FakeCallEventService(const std::string& address = "127.0.0.1:0");
  ~FakeCallEventService() override;

  // HOST:PORT, or what the constructor was given for another kind of address.
  const std::string& address() const { return address_; }

  // Calls and service records by name; what happened to a call, by the call's name.
  std::map<std::string, v1::Call> calls;
  std::map<std::string, v1::ServiceRecord> service_records;
  std::map<std::string, std::vector<v1::CallEvent>> events;
  std::map<std::string, std::vector<v1::TranscriptEntry>> transcript_entries;
  std::map<std::string, std::vector<v1::CallAttempt>> call_attempts;

  // What each stream of WatchCalls sends, the first stream first. All but the last break off then;
  // the last stays open until the client goes.
  std::vector<std::vector<v1::WatchCallsResponse>> streams;

  // What every RPC but WatchCalls fails with, unless OK, and with which every stream ends.
  grpc::Status failure;

  // Whether GetCall waits for the end of the test.
  bool hangs = false;

  // What the service was asked, in order.
  std::vector<v1::ListCallsRequest> list_calls_requests();
  std::vector<v1::WatchCallsRequest> watch_requests();
  std::vector<v1::ReportCallEventRequest> reports();
  std::vector<int> batch_lengths();
  std::vector<v1::EraseCallRequest> erase_requests();

  grpc::Status CreateServiceRecord(grpc::ServerContext*, const v1::CreateServiceRecordRequest*,
                                   v1::CreateServiceRecordResponse*) override;
  grpc::Status GetServiceRecord(grpc::ServerContext*, const v1::GetServiceRecordRequest*,
                                v1::GetServiceRecordResponse*) override;
  grpc::Status ListServiceRecords(grpc::ServerContext*, const v1::ListServiceRecordsRequest*,
                                  v1::ListServiceRecordsResponse*) override;
  grpc::Status CreateCall(grpc::ServerContext*, const v1::CreateCallRequest*,
                          v1::CreateCallResponse*) override;
  grpc::Status GetCall(grpc::ServerContext*, const v1::GetCallRequest*,
                       v1::GetCallResponse*) override;
  grpc::Status EraseCall(grpc::ServerContext*, const v1::EraseCallRequest*,
                         v1::EraseCallResponse*) override;
  grpc::Status ListCalls(grpc::ServerContext*, const v1::ListCallsRequest*,
                         v1::ListCallsResponse*) override;
  grpc::Status ReportCallEvent(grpc::ServerContext*, const v1::ReportCallEventRequest*,
                               v1::ReportCallEventResponse*) override;
  grpc::Status BatchReportCallEvents(grpc::ServerContext*, const v1::BatchReportCallEventsRequest*,
                                     v1::BatchReportCallEventsResponse*) override;
  grpc::Status GetCallEvent(grpc::ServerContext*, const v1::GetCallEventRequest*,
                            v1::GetCallEventResponse*) override;
  grpc::Status ListCallEvents(grpc::ServerContext*, const v1::ListCallEventsRequest*,
                              v1::ListCallEventsResponse*) override;
  grpc::Status ListTranscriptEntries(grpc::ServerContext*, const v1::ListTranscriptEntriesRequest*,
                                     v1::ListTranscriptEntriesResponse*) override;
  grpc::Status ListCallAttempts(grpc::ServerContext*, const v1::ListCallAttemptsRequest*,
                                v1::ListCallAttemptsResponse*) override;
  grpc::Status WatchCalls(grpc::ServerContext*, const v1::WatchCallsRequest*,
                          grpc::ServerWriter<v1::WatchCallsResponse>*) override;

 private:
  grpc::Status Record(const v1::ReportCallEventRequest& request,
                      v1::ReportCallEventResponse& response) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WaitForEnd();

  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<std::string> recorded_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ListCallsRequest> list_calls_requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::WatchCallsRequest> watch_requests_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::ReportCallEventRequest> reports_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> batch_lengths_ ABSL_GUARDED_BY(mutex_);
  std::vector<v1::EraseCallRequest> erase_requests_ ABSL_GUARDED_BY(mutex_);

  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

// A WatchCallsResponse with `token` for an event `event_id` that left `calls/15` ringing; a
// keep-alive if `event_id` is empty.
v1::WatchCallsResponse WatchResponse(const std::string& event_id, const std::string& token);

}  // namespace autopulse::callevents::tests
