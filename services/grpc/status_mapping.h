#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace autopulse::callevents::rpc {

// Returns the gRPC status of the same code and message. The text of INTERNAL, DATA_LOSS and UNKNOWN
// errors stays here, in the log: it may name files and statements.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace autopulse::callevents::rpc
