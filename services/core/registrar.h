#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/base/clock.h"
#include "services/core/call_store.h"
#include "services/domain/call.h"
#include "services/domain/service_record.h"

namespace autopulse::callevents::core {

// What makes a creation safe to repeat. An empty `request_id`: nothing does.
struct Idempotency {
  std::string request_id;
  std::string digest;  // of all that is asked for; differs for calls and service records
};

// For how long a creation may be repeated.
inline constexpr absl::Duration kCreationMemory = absl::Hours(24);

// Registers calls and service records. Thread-safe.
//
// A repeat within `kCreationMemory` creates nothing and returns what the first request created,
// also if both are under way at once. INVALID_ARGUMENT if the same `request_id` came with another
// digest.
class Registrar {
 public:
  Registrar(CallStore& store, base::Clock clock);

  // ALREADY_EXISTS if `call.id` is taken (zero picks one); NOT_FOUND if its service record does
  // not exist.
  absl::StatusOr<domain::Call> CreateCall(domain::Call call, const Idempotency& idempotency);

  // ALREADY_EXISTS if `record.id` is taken (zero picks one).
  absl::StatusOr<domain::ServiceRecord> CreateServiceRecord(domain::ServiceRecord record,
                                                            const Idempotency& idempotency);

 private:
  // Runs the `work` of a creation, once more if what it wants to create is there.
  absl::Status Write(const Idempotency& idempotency, const CallStore::WriteWork& work);

  CallStore& store_;
  const base::Clock clock_;
};

}  // namespace autopulse::callevents::core
