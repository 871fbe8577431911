#pragma once

#include <functional>

#include "absl/status/status.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/base/clock.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/call_lookup.h"
#include "services/core/call_store.h"
#include "services/core/eraser.h"
#include "services/core/event_lanes.h"
#include "services/core/registrar.h"
#include "services/domain/outcome.h"
#include "services/grpc/arena_messages.h"
#include "services/grpc/watch_calls.h"

namespace autopulse::callevents::rpc {

// The public API: one short method per RPC, which validates, converts, delegates and converts back.
//
// gRPC runs callbacks on as many threads as there are cores, so none of them blocks: events go to
// the lanes, single calls are found by `CallLookup`, everything else that touches the database goes
// to `workers`. Thread-safe.
class CallEventService final : public v1::CallEventService::WithRawCallbackMethod_WatchCalls<
                                   v1::CallEventService::CallbackService> {
 public:
  struct Parts {
    core::CallStore& store;
    core::EventLanes& lanes;
    core::Registrar& registrar;
    core::Eraser& eraser;
    core::CallFeed& feed;
    base::WorkQueue& workers;
    domain::RuleOptions rules;
    base::Clock clock;
    absl::Duration keep_alive = kKeepAlive;  // how often an idle stream carries one
  };
  explicit CallEventService(Parts parts);

  // Ends all streams with UNAVAILABLE, so that a server can shut down. None begins afterwards.
  void StopWatching() { watchers_.Stop(); }

  // Ends the streams of those whom `judge` does not let in any more: `Watchers::AdmitAgain`.
  void AdmitWatchersAgain(const Watchers::Judge& judge) { watchers_.AdmitAgain(judge); }

  grpc::ServerUnaryReactor* CreateServiceRecord(grpc::CallbackServerContext* context,
                                                const v1::CreateServiceRecordRequest* request,
                                                v1::CreateServiceRecordResponse* response) override;
  grpc::ServerUnaryReactor* GetServiceRecord(grpc::CallbackServerContext* context,
                                             const v1::GetServiceRecordRequest* request,
                                             v1::GetServiceRecordResponse* response) override;
  grpc::ServerUnaryReactor* ListServiceRecords(grpc::CallbackServerContext* context,
                                               const v1::ListServiceRecordsRequest* request,
                                               v1::ListServiceRecordsResponse* response) override;
  grpc::ServerUnaryReactor* CreateCall(grpc::CallbackServerContext* context,
                                       const v1::CreateCallRequest* request,
                                       v1::CreateCallResponse* response) override;
  grpc::ServerUnaryReactor* EraseCall(grpc::CallbackServerContext* context,
                                      const v1::EraseCallRequest* request,
                                      v1::EraseCallResponse* response) override;
  grpc::ServerUnaryReactor* GetCall(grpc::CallbackServerContext* context,
                                    const v1::GetCallRequest* request,
                                    v1::GetCallResponse* response) override;
  grpc::ServerUnaryReactor* ListCalls(grpc::CallbackServerContext* context,
                                      const v1::ListCallsRequest* request,
                                      v1::ListCallsResponse* response) override;
  grpc::ServerUnaryReactor* ReportCallEvent(grpc::CallbackServerContext* context,
                                            const v1::ReportCallEventRequest* request,
                                            v1::ReportCallEventResponse* response) override;
  grpc::ServerUnaryReactor* BatchReportCallEvents(
      grpc::CallbackServerContext* context, const v1::BatchReportCallEventsRequest* request,
      v1::BatchReportCallEventsResponse* response) override;
  grpc::ServerUnaryReactor* GetCallEvent(grpc::CallbackServerContext* context,
                                         const v1::GetCallEventRequest* request,
                                         v1::GetCallEventResponse* response) override;
  grpc::ServerUnaryReactor* ListCallEvents(grpc::CallbackServerContext* context,
                                           const v1::ListCallEventsRequest* request,
                                           v1::ListCallEventsResponse* response) override;
  grpc::ServerUnaryReactor* ListTranscriptEntries(
      grpc::CallbackServerContext* context, const v1::ListTranscriptEntriesRequest* request,
      v1::ListTranscriptEntriesResponse* response) override;
  grpc::ServerUnaryReactor* ListCallAttempts(grpc::CallbackServerContext* context,
                                             const v1::ListCallAttemptsRequest* request,
                                             v1::ListCallAttemptsResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchCalls(grpc::CallbackServerContext* context,
                                                         const grpc::ByteBuffer* request) override;

 private:
  // Runs `work` on a worker and finishes the RPC with what it returns.
  grpc::ServerUnaryReactor* Serve(grpc::CallbackServerContext* context,
                                  std::function<absl::Status()> work);

  // Answers a request from the database (queries.h). Both messages live until the RPC is finished.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* ServeRead(grpc::CallbackServerContext* context, const Request& request,
                                      Response& response);

  // The same for a request that is one question to the database.
  template <typename Request, typename Response>
  grpc::ServerUnaryReactor* ServeQuestion(grpc::CallbackServerContext* context,
                                          const Request& request, Response& response);

  const Parts parts_;
  ArenaMessages<v1::BatchReportCallEventsRequest, v1::BatchReportCallEventsResponse> batches_;
  ArenaMessages<v1::ListCallsRequest, v1::ListCallsResponse> call_lists_;
  core::CallLookup lookup_;
  Watchers watchers_;
};

}  // namespace autopulse::callevents::rpc
