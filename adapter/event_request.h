#pragma once

#include <google/protobuf/arena.h>

#include <memory>

#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::adapter {

// Destroys a request of `MakeEventRequest`, with all that stands in its arena.
struct DeleteEventRequest {
  void operator()(v1::ReportCallEventRequest* request) const { delete request->GetArena(); }
};

// An event that is to be reported, on an arena of its own. It is made on the thread that takes
// webhooks and destroyed on the one that takes answers: thirty pieces of memory that one thread
// gives to the other cost malloc a lock each, an arena is one or two.
using EventRequest = std::unique_ptr<v1::ReportCallEventRequest, DeleteEventRequest>;

// An empty one.
inline EventRequest MakeEventRequest() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = 1024;  // more than a status update takes
  auto arena = std::make_unique<google::protobuf::Arena>(options);
  return EventRequest(
      google::protobuf::Arena::CreateMessage<v1::ReportCallEventRequest>(arena.release()));
}

// A copy.
inline EventRequest MakeEventRequest(const v1::ReportCallEventRequest& request) {
  EventRequest copy = MakeEventRequest();
  *copy = request;
  return copy;
}

}  // namespace autopulse::callevents::adapter
