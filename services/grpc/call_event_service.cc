#include "services/grpc/call_event_service.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"
#include "services/grpc/from_proto.h"
#include "services/grpc/queries.h"
#include "services/grpc/request_digest.h"
#include "services/grpc/resource_name.h"
#include "services/grpc/status_mapping.h"
#include "services/grpc/to_proto.h"
#include "services/grpc/validation.h"

namespace autopulse::callevents::rpc {
namespace {

void SetError(const absl::Status& status, v1::BatchReportCallEventsResult& result) {
  const grpc::Status error = ToGrpcStatus(status);
  result.mutable_error()->set_code(error.error_code());
  result.mutable_error()->set_message(error.error_message());
}

// Takes from `room` what it tells.
void SetResult(const absl::StatusOr<core::Receipt>& receipt, v1::ReportView view, std::size_t& room,
               v1::BatchReportCallEventsResult& result) {
  if (!receipt.ok()) return SetError(receipt.status(), result);
  ToProto(*receipt, view, room, *result.mutable_response());
  room -= std::min(room, result.ByteSizeLong());
}

// Who sends a request, as the gatekeeper was told when it came in.
Arrival ArrivalOf(const grpc::ServerContext& context, absl::string_view method) {
  Arrival arrival;
  arrival.path = absl::StrCat("/", v1::CallEventService::service_full_name(), "/", method);
  const auto [first, last] = context.client_metadata().equal_range("authorization");
  for (auto header = first; header != last; ++header) {
    arrival.authorization.emplace_back(header->second.data(), header->second.size());
  }
  const std::shared_ptr<const grpc::AuthContext> peer = context.auth_context();
  for (const char* name : {GRPC_X509_SAN_PROPERTY_NAME, GRPC_X509_CN_PROPERTY_NAME}) {
    for (const grpc::string_ref& value : peer->FindPropertyValues(name)) {
      arrival.certificate.emplace_back(value.data(), value.size());
    }
  }
  return arrival;
}

}  // namespace

CallEventService::CallEventService(Parts parts)
    : parts_(std::move(parts)),
      lookup_(parts_.store, parts_.workers),
      watchers_(parts_.store, parts_.feed, parts_.keep_alive) {}

void CallEventService::Serve(Api& api, RpcQueue& queue) {
  const auto serve = [&](auto ask, auto handle) {
    ServeMethod(queue, api, ask, std::move(handle));
  };
  serve(&Api::RequestCreateServiceRecord, [this](auto& rpc) { CreateServiceRecord(rpc); });
  serve(&Api::RequestGetServiceRecord, [this](auto& rpc) { Read(rpc, &core::CallStore::ReadOne); });
  serve(&Api::RequestListServiceRecords,
        [this](auto& rpc) { Read(rpc, &core::CallStore::ReadOne); });
  serve(&Api::RequestCreateCall, [this](auto& rpc) { CreateCall(rpc); });
  serve(&Api::RequestEraseCall, [this](auto& rpc) { EraseCall(rpc); });
  serve(&Api::RequestGetCall, [this](auto& rpc) { GetCall(rpc); });
  serve(&Api::RequestListCalls, [this](auto& rpc) { Read(rpc, &core::CallStore::ReadOne); });
  serve(&Api::RequestReportCallEvent, [this](auto& rpc) { ReportCallEvent(rpc); });
  serve(&Api::RequestBatchReportCallEvents, [this](auto& rpc) { BatchReportCallEvents(rpc); });
  serve(&Api::RequestGetCallEvent, [this](auto& rpc) { Read(rpc, &core::CallStore::Read); });
  serve(&Api::RequestListCallEvents, [this](auto& rpc) { Read(rpc, &core::CallStore::Read); });
  serve(&Api::RequestListTranscriptEntries,
        [this](auto& rpc) { Read(rpc, &core::CallStore::Read); });
  serve(&Api::RequestListCallAttempts, [this](auto& rpc) { ListCallAttempts(rpc); });
  serve(&Api::RequestWatchCalls,
        [this](auto& rpc) { watchers_.Watch(rpc, ArrivalOf(rpc.context(), "WatchCalls")); });
}

template <typename Rpc>
void CallEventService::Work(Rpc& rpc, std::function<absl::Status()> work) {
  parts_.workers.Add([&rpc, work = std::move(work)] {
    rpc.Finish(rpc.is_cancelled() ? absl::CancelledError() : work());
  });
}

template <typename Rpc>
void CallEventService::Read(Rpc& rpc, ReadMethod read) {
  Work(rpc, [this, &rpc, read] {
    return (parts_.store.*read)(
        [&](core::CallReader& calls) { return Answer(calls, rpc.request(), rpc.response()); });
  });
}

void CallEventService::CreateServiceRecord(
    UnaryRpc<v1::CreateServiceRecordRequest, v1::CreateServiceRecordResponse>& rpc) {
  Work(rpc, [this, &rpc]() -> absl::Status {
    const v1::CreateServiceRecordRequest& request = rpc.request();
    RETURN_IF_ERROR(Validate(request));
    domain::ServiceRecord record = FromProto(request.service_record());
    if (!request.service_record_id().empty()) {
      ASSIGN_OR_RETURN(record.id, ParseId("service_record_id", request.service_record_id()));
    }
    ASSIGN_OR_RETURN(record, parts_.registrar.CreateServiceRecord(
                                 std::move(record), {request.request_id(), DigestOf(request)}));
    ToProto(record, *rpc.response().mutable_service_record());
    return absl::OkStatus();
  });
}

void CallEventService::CreateCall(UnaryRpc<v1::CreateCallRequest, v1::CreateCallResponse>& rpc) {
  Work(rpc, [this, &rpc]() -> absl::Status {
    const v1::CreateCallRequest& request = rpc.request();
    RETURN_IF_ERROR(Validate(request));
    domain::Call call = FromProto(request.call());
    if (!request.call_id().empty()) {
      ASSIGN_OR_RETURN(call.id, ParseId("call_id", request.call_id()));
    }
    ASSIGN_OR_RETURN(call, parts_.registrar.CreateCall(std::move(call),
                                                       {request.request_id(), DigestOf(request)}));
    ToProto(call, *rpc.response().mutable_call());
    return absl::OkStatus();
  });
}

void CallEventService::EraseCall(UnaryRpc<v1::EraseCallRequest, v1::EraseCallResponse>& rpc) {
  Work(rpc, [this, &rpc]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t call_id, ParseCallName("name", rpc.request().name()));
    ASSIGN_OR_RETURN(const domain::Call call,
                     parts_.eraser.Erase(call_id, rpc.request().erase_service_record()
                                                      ? core::ServiceRecordIs::kErased
                                                      : core::ServiceRecordIs::kKept));
    ToProto(call, *rpc.response().mutable_call());
    return absl::OkStatus();
  });
}

void CallEventService::ReportCallEvent(
    UnaryRpc<v1::ReportCallEventRequest, v1::ReportCallEventResponse>& rpc) {
  if (const absl::Status valid = Validate(rpc.request()); !valid.ok()) return rpc.Finish(valid);
  parts_.lanes.Submit(FromProto(rpc.request(), parts_.clock()),
                      [&rpc](absl::StatusOr<core::Receipt> receipt) {
                        if (receipt.ok()) {
                          ToProto(*receipt, rpc.request().view(), kMaxToldBytes, rpc.response());
                        }
                        rpc.Finish(receipt.status());
                      });
}

void CallEventService::BatchReportCallEvents(
    UnaryRpc<v1::BatchReportCallEventsRequest, v1::BatchReportCallEventsResponse>& rpc) {
  const v1::BatchReportCallEventsRequest& request = rpc.request();
  v1::BatchReportCallEventsResponse& response = rpc.response();
  if (const absl::Status valid = Validate(request); !valid.ok()) return rpc.Finish(valid);
  const int size = request.requests_size();
  for (int i = 0; i < size; ++i) response.add_results();
  const absl::Time now = parts_.clock();
  std::vector<core::ReportedEvent> events;
  std::vector<int> indices;  // of the events that are valid
  for (int i = 0; i < size; ++i) {
    const v1::ReportCallEventRequest& one = request.requests(i);
    if (const absl::Status valid = Validate(one); !valid.ok()) {
      SetError(valid, *response.mutable_results(i));
      continue;
    }
    events.push_back(FromProto(one, now));
    indices.push_back(i);
  }
  parts_.lanes.SubmitAll(std::move(events),
                         [&rpc, indices = std::move(indices)](
                             const std::vector<absl::StatusOr<core::Receipt>>& receipts) {
                           std::size_t room = kMaxToldBytes;
                           for (std::size_t k = 0; k < indices.size(); ++k) {
                             const int i = indices[k];
                             SetResult(receipts[k], rpc.request().requests(i).view(), room,
                                       *rpc.response().mutable_results(i));
                           }
                           rpc.Finish(absl::OkStatus());
                         });
}

void CallEventService::GetCall(UnaryRpc<v1::GetCallRequest, v1::GetCallResponse>& rpc) {
  const absl::StatusOr<std::int64_t> call_id = ParseCallName("name", rpc.request().name());
  if (!call_id.ok()) return rpc.Finish(call_id.status());
  lookup_.Find(*call_id, [&rpc](const absl::StatusOr<domain::Call>& call) {
    if (call.ok()) ToProto(*call, *rpc.response().mutable_call());
    rpc.Finish(call.status());
  });
}

void CallEventService::ListCallAttempts(
    UnaryRpc<v1::ListCallAttemptsRequest, v1::ListCallAttemptsResponse>& rpc) {
  Work(rpc, [this, &rpc] {
    return parts_.store.Read([&](core::CallReader& calls) {
      return Answer(calls, rpc.request(), parts_.rules, rpc.response());
    });
  });
}

}  // namespace autopulse::callevents::rpc
