#pragma once

#include <string>

#include "autopulse/callevents/v1/call_event_service.pb.h"

namespace autopulse::callevents::rpc {

// A digest of all that a creation asks for, its `request_id` left out: base64url SHA-256, 43
// characters. Requests of different kinds have different digests.
std::string DigestOf(const v1::CreateCallRequest& request);
std::string DigestOf(const v1::CreateServiceRecordRequest& request);

}  // namespace autopulse::callevents::rpc
