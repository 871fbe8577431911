#pragma once

#include <string>

#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "google/protobuf/text_format.h"

// Requests in one line, for tests.
namespace autopulse::callevents::rpc {

// A message from its text form, in which `seconds: 1746100800` is 2025-05-01 12:00 UTC.
template <typename Message>
Message FromText(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) message.Clear();
  return message;
}

// An event with this detail, `seconds` after 2025-05-01 12:00 UTC.
inline v1::ReportCallEventRequest Report(const std::string& parent, const std::string& event_id,
                                         int seconds, const std::string& detail) {
  auto request = FromText<v1::ReportCallEventRequest>("event { " + detail + " }");
  request.set_parent(parent);
  request.set_event_id(event_id);
  request.mutable_event()->mutable_event_time()->set_seconds(1'746'100'800 + seconds);
  request.mutable_event()->mutable_receive_time()->set_seconds(1'746'100'800 + seconds);
  return request;
}

inline v1::ReportCallEventRequest ReportStatus(const std::string& parent,
                                               const std::string& event_id, int seconds,
                                               v1::CallStatus call_status) {
  return Report(parent, event_id, seconds,
                "status_update { status: " + v1::CallStatus_Name(call_status) + " }");
}

}  // namespace autopulse::callevents::rpc
