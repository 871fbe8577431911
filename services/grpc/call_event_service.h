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
#include "services/grpc/rpc_queue.h"
#include "services/grpc/unary_rpc.h"
#include "services/grpc/watch_calls.h"

namespace autopulse::callevents::rpc {

// The public API: each RPC is validated, converted, delegated and converted back.
//
// One thread takes all requests, so none of them blocks it: events go to the lanes, single calls
// are found by `CallLookup`, everything else that touches the database goes to `workers`.
// Thread-safe.
class CallEventService final {
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
  CallEventService(const CallEventService&) = delete;
  CallEventService& operator=(const CallEventService&) = delete;

  // What gRPC knows of the service, for one server. The messages of WatchCalls are bytes: see
  // `Watchers`.
  using Api = v1::CallEventService::WithRawMethod_WatchCalls<v1::CallEventService::AsyncService>;

  // Takes the requests to `api`, which is registered with the server of `queue`, from now on. Both
  // live until that is shut down.
  void Serve(Api& api, RpcQueue& queue);

  // Answers what came in together. To be called whenever nothing more is there.
  void Flush() { lookup_.Flush(); }

  // Ends all streams with UNAVAILABLE, so that a server can shut down. None begins afterwards.
  void StopWatching() { watchers_.Stop(); }

  // Ends the streams of those whom `judge` does not let in any more: `Watchers::AdmitAgain`.
  void AdmitWatchersAgain(const Watcher::Judge& judge) { watchers_.AdmitAgain(judge); }

 private:
  void CreateServiceRecord(
      UnaryRpc<v1::CreateServiceRecordRequest, v1::CreateServiceRecordResponse>& rpc);
  void CreateCall(UnaryRpc<v1::CreateCallRequest, v1::CreateCallResponse>& rpc);
  void EraseCall(UnaryRpc<v1::EraseCallRequest, v1::EraseCallResponse>& rpc);
  void ReportCallEvent(UnaryRpc<v1::ReportCallEventRequest, v1::ReportCallEventResponse>& rpc);
  void BatchReportCallEvents(
      UnaryRpc<v1::BatchReportCallEventsRequest, v1::BatchReportCallEventsResponse>& rpc);
  void GetCall(UnaryRpc<v1::GetCallRequest, v1::GetCallResponse>& rpc);
  void ListCallAttempts(UnaryRpc<v1::ListCallAttemptsRequest, v1::ListCallAttemptsResponse>& rpc);

  // Runs `work` on a worker and finishes the RPC with what it returns.
  template <typename Rpc>
  void Work(Rpc& rpc, std::function<absl::Status()> work);

  // Answers a request from the database (queries.h), by `read`: ReadOne if it asks one question, or
  // the same one for the rest of a page.
  using ReadMethod = absl::Status (core::CallStore::*)(const core::CallStore::ReadWork&);
  template <typename Rpc>
  void Read(Rpc& rpc, ReadMethod read);

  const Parts parts_;
  core::CallLookup lookup_;
  Watchers watchers_;
};

}  // namespace autopulse::callevents::rpc
