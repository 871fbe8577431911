#include "services/core/registrar.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/base/status_macros.h"
#include "services/domain/call_event.h"

namespace autopulse::callevents::core {
namespace {

// Returns the id that `create` makes, or that it made when it was first asked to.
absl::StatusOr<std::int64_t> CreateOnce(
    CallWriter& calls, const Idempotency& idempotency, absl::string_view collection, absl::Time now,
    const std::function<absl::StatusOr<std::int64_t>()>& create) {
  if (idempotency.request_id.empty()) return create();
  ASSIGN_OR_RETURN(const std::optional<CreationRequest> known,
                   calls.FindCreation(idempotency.request_id));
  if (known && known->create_time >= now - kCreationMemory) {
    if (known->digest != idempotency.digest) {
      return absl::InvalidArgumentError(
          "request_id: was used for another request; take a new one for each request");
    }
    std::int64_t id = 0;
    if (!absl::SimpleAtoi(absl::string_view(known->name).substr(collection.size()), &id)) {
      return absl::InternalError(absl::StrCat("unreadable name of a creation: ", known->name));
    }
    return id;
  }
  ASSIGN_OR_RETURN(const std::int64_t id, create());
  RETURN_IF_ERROR(calls.InsertCreation({.request_id = idempotency.request_id,
                                        .digest = idempotency.digest,
                                        .name = absl::StrCat(collection, id),
                                        .create_time = now},
                                       now - kCreationMemory));
  return id;
}

}  // namespace

Registrar::Registrar(CallStore& store, base::Clock clock)
    : store_(store), clock_(std::move(clock)) {}

absl::Status Registrar::Write(const Idempotency& idempotency, const CallStore::WriteWork& work) {
  absl::Status written = store_.Write(work);
  if (!absl::IsAlreadyExists(written) || idempotency.request_id.empty()) return written;
  // Whoever has taken the id has committed since, perhaps this very request at another service:
  // looked for again, it is found.
  return store_.Write(work);
}

absl::StatusOr<domain::Call> Registrar::CreateCall(domain::Call call,
                                                   const Idempotency& idempotency) {
  call.create_time = domain::ToMicroseconds(clock_());
  domain::Call created;
  RETURN_IF_ERROR(Write(idempotency, [&](CallWriter& calls) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t id,
                     CreateOnce(calls, idempotency, kCallCollection, *call.create_time,
                                [&] { return calls.InsertCall(call); }));
    ASSIGN_OR_RETURN(created, calls.GetCall(id));
    return absl::OkStatus();
  }));
  return created;
}

absl::StatusOr<domain::ServiceRecord> Registrar::CreateServiceRecord(
    domain::ServiceRecord record, const Idempotency& idempotency) {
  record.create_time = domain::ToMicroseconds(clock_());
  domain::ServiceRecord created;
  RETURN_IF_ERROR(Write(idempotency, [&](CallWriter& calls) -> absl::Status {
    ASSIGN_OR_RETURN(const std::int64_t id,
                     CreateOnce(calls, idempotency, kServiceRecordCollection, *record.create_time,
                                [&] { return calls.InsertServiceRecord(record); }));
    ASSIGN_OR_RETURN(created, calls.GetServiceRecord(id));
    return absl::OkStatus();
  }));
  return created;
}

}  // namespace autopulse::callevents::core
