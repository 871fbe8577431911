#include "services/grpc/call_event_service.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/security/auth_context.h>

#include <cstddef>
#include <memory>
#include <string>
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

void SetResult(const absl::StatusOr<core::Receipt>& receipt, v1::ReportView view,
               v1::BatchReportCallEventsResult& result) {
  if (receipt.ok()) {
    ToProto(*receipt, view, *result.mutable_response());
    return;
  }
  const grpc::Status error = ToGrpcStatus(receipt.status());
  result.mutable_error()->set_code(error.error_code());
  result.mutable_error()->set_message(error.error_message());
}

// Who sends a request, as the gatekeeper was told when it came in.
Arrival ArrivalOf(const grpc::CallbackServerContext& context, absl::string_view method) {
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
      watchers_(parts_.store, parts_.feed, parts_.keep_alive) {
  SetMessageAllocatorFor_BatchReportCallEvents(&batches_);
  SetMessageAllocatorFor_ListCalls(&call_lists_);
}

grpc::ServerUnaryReactor* CallEventService::Serve(grpc::CallbackServerContext* context,
                                                  std::function<absl::Status()> work) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  parts_.workers.Add([context, reactor, work = std::move(work)] {
    if (context->IsCancelled()) {  // nobody waits any more: gone, or past its deadline
      reactor->Finish(grpc::Status::CANCELLED);
      return;
    }
    reactor->Finish(ToGrpcStatus(work()));
  });
  return reactor;
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* CallEventService::ServeRead(grpc::CallbackServerContext* context,
                                                      const Request& request, Response& response) {
  return Serve(context, [this, &request, &response] {
    return parts_.store.Read(
        [&](core::CallReader& calls) { return Answer(calls, request, response); });
  });
}

template <typename Request, typename Response>
grpc::ServerUnaryReactor* CallEventService::ServeQuestion(grpc::CallbackServerContext* context,
                                                          const Request& request,
                                                          Response& response) {
  return Serve(context, [this, &request, &response] {
    return parts_.store.ReadOne(
        [&](core::CallReader& calls) { return Answer(calls, request, response); });
  });
}

grpc::ServerUnaryReactor* CallEventService::CreateServiceRecord(
    grpc::CallbackServerContext* context, const v1::CreateServiceRecordRequest* request,
    v1::CreateServiceRecordResponse* response) {
  return Serve(context, [this, request, response]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    domain::ServiceRecord record = FromProto(request->service_record());
    if (!request->service_record_id().empty()) {
      ASSIGN_OR_RETURN(record.id, ParseId("service_record_id", request->service_record_id()));
    }
    ASSIGN_OR_RETURN(record, parts_.registrar.CreateServiceRecord(
                                 std::move(record), {request->request_id(), DigestOf(*request)}));
    ToProto(record, *response->mutable_service_record());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CallEventService::CreateCall(grpc::CallbackServerContext* context,
                                                       const v1::CreateCallRequest* request,
                                                       v1::CreateCallResponse* response) {
  return Serve(context, [this, request, response]() -> absl::Status {
    RETURN_IF_ERROR(Validate(*request));
    domain::Call call = FromProto(request->call());
    if (!request->call_id().empty()) {
      ASSIGN_OR_RETURN(call.id, ParseId("call_id", request->call_id()));
    }
    ASSIGN_OR_RETURN(call, parts_.registrar.CreateCall(
                               std::move(call), {request->request_id(), DigestOf(*request)}));
    ToProto(call, *response->mutable_call());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CallEventService::EraseCall(grpc::CallbackServerContext* context,
                                                      const v1::EraseCallRequest* request,
                                                      v1::EraseCallResponse* response) {
  return Serve(context, [this, request, response]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t call_id, ParseCallName("name", request->name()));
    ASSIGN_OR_RETURN(const domain::Call call,
                     parts_.eraser.Erase(call_id, request->erase_service_record()
                                                      ? core::ServiceRecordIs::kErased
                                                      : core::ServiceRecordIs::kKept));
    ToProto(call, *response->mutable_call());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* CallEventService::ReportCallEvent(
    grpc::CallbackServerContext* context, const v1::ReportCallEventRequest* request,
    v1::ReportCallEventResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (const absl::Status valid = Validate(*request); !valid.ok()) {
    reactor->Finish(ToGrpcStatus(valid));
    return reactor;
  }
  parts_.lanes.Submit(FromProto(*request, parts_.clock()),
                      [reactor, request, response](absl::StatusOr<core::Receipt> receipt) {
                        if (receipt.ok()) ToProto(*receipt, request->view(), *response);
                        reactor->Finish(ToGrpcStatus(receipt.status()));
                      });
  return reactor;
}

grpc::ServerUnaryReactor* CallEventService::BatchReportCallEvents(
    grpc::CallbackServerContext* context, const v1::BatchReportCallEventsRequest* request,
    v1::BatchReportCallEventsResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (const absl::Status valid = Validate(*request); !valid.ok()) {
    reactor->Finish(ToGrpcStatus(valid));
    return reactor;
  }
  const int size = request->requests_size();
  for (int i = 0; i < size; ++i) response->add_results();
  const absl::Time now = parts_.clock();
  std::vector<core::ReportedEvent> events;
  std::vector<int> indices;  // of the events that are valid
  for (int i = 0; i < size; ++i) {
    const v1::ReportCallEventRequest& one = request->requests(i);
    if (const absl::Status valid = Validate(one); !valid.ok()) {
      SetResult(valid, one.view(), *response->mutable_results(i));
      continue;
    }
    events.push_back(FromProto(one, now));
    indices.push_back(i);
  }
  parts_.lanes.SubmitAll(
      std::move(events), [reactor, request, response, indices = std::move(indices)](
                             const std::vector<absl::StatusOr<core::Receipt>>& receipts) {
        for (std::size_t k = 0; k < indices.size(); ++k) {
          const int i = indices[k];
          SetResult(receipts[k], request->requests(i).view(), *response->mutable_results(i));
        }
        reactor->Finish(grpc::Status::OK);
      });
  return reactor;
}

grpc::ServerUnaryReactor* CallEventService::GetServiceRecord(
    grpc::CallbackServerContext* context, const v1::GetServiceRecordRequest* request,
    v1::GetServiceRecordResponse* response) {
  return ServeQuestion(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::ListServiceRecords(
    grpc::CallbackServerContext* context, const v1::ListServiceRecordsRequest* request,
    v1::ListServiceRecordsResponse* response) {
  return ServeQuestion(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::GetCall(grpc::CallbackServerContext* context,
                                                    const v1::GetCallRequest* request,
                                                    v1::GetCallResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<std::int64_t> call_id = ParseCallName("name", request->name());
  if (!call_id.ok()) {
    reactor->Finish(ToGrpcStatus(call_id.status()));
    return reactor;
  }
  lookup_.Find(*call_id, [reactor, response](const absl::StatusOr<domain::Call>& call) {
    if (call.ok()) ToProto(*call, *response->mutable_call());
    reactor->Finish(ToGrpcStatus(call.status()));
  });
  return reactor;
}

grpc::ServerUnaryReactor* CallEventService::ListCalls(grpc::CallbackServerContext* context,
                                                      const v1::ListCallsRequest* request,
                                                      v1::ListCallsResponse* response) {
  return ServeQuestion(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::GetCallEvent(grpc::CallbackServerContext* context,
                                                         const v1::GetCallEventRequest* request,
                                                         v1::GetCallEventResponse* response) {
  return ServeRead(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::ListCallEvents(grpc::CallbackServerContext* context,
                                                           const v1::ListCallEventsRequest* request,
                                                           v1::ListCallEventsResponse* response) {
  return ServeRead(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::ListTranscriptEntries(
    grpc::CallbackServerContext* context, const v1::ListTranscriptEntriesRequest* request,
    v1::ListTranscriptEntriesResponse* response) {
  return ServeRead(context, *request, *response);
}

grpc::ServerUnaryReactor* CallEventService::ListCallAttempts(
    grpc::CallbackServerContext* context, const v1::ListCallAttemptsRequest* request,
    v1::ListCallAttemptsResponse* response) {
  return Serve(context, [this, request, response] {
    return parts_.store.Read(
        [&](core::CallReader& calls) { return Answer(calls, *request, parts_.rules, *response); });
  });
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* CallEventService::WatchCalls(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return watchers_.Watch(*request, ArrivalOf(*context, "WatchCalls"));
}

}  // namespace autopulse::callevents::rpc
