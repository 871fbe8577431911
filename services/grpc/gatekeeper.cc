#include "services/grpc/gatekeeper.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "autopulse/callevents/v1/call_event_service.grpc.pb.h"
#include "services/base/log.h"

namespace autopulse::callevents::rpc {
namespace {

struct Row {
  absl::string_view method;
  Role role;
};

// The one place that says which role a method of CallEventService needs.
constexpr Row kRows[] = {
    {"BatchReportCallEvents", Role::kIngest},
    {"CreateCall", Role::kIngest},
    {"CreateServiceRecord", Role::kIngest},
    {"EraseCall", Role::kAdmin},
    {"GetCall", Role::kRead},
    {"GetCallEvent", Role::kRead},
    {"GetServiceRecord", Role::kRead},
    {"ListCallAttempts", Role::kRead},
    {"ListCallEvents", Role::kRead},
    {"ListCalls", Role::kRead},
    {"ListServiceRecords", Role::kRead},
    {"ListTranscriptEntries", Role::kRead},
    {"ReportCallEvent", Role::kIngest},
    {"WatchCalls", Role::kRead},
};

const Row* RowOf(absl::string_view method) {
  for (const Row& row : kRows) {
    if (row.method == method) return &row;
  }
  return nullptr;
}

constexpr std::size_t kMaxLoggedPath = 100;

absl::Status Unauthenticated(absl::string_view what) {
  return absl::UnauthenticatedError(
      absl::StrCat(what, "; send a token as the metadata 'authorization: Bearer TOKEN'"));
}

absl::Status Denied(const Caller& caller, Role role) {
  const auto word = [](std::string* out, Role own) { absl::StrAppend(out, RoleWord(own)); };
  return absl::PermissionDeniedError(
      absl::StrCat("this needs the role '", RoleWord(role), "', and the caller '", caller.name,
                   "' has only: ", absl::StrJoin(caller.roles, ", ", word)));
}

// Whose request this is.
absl::StatusOr<const Caller*> Identify(const Arrival& arrival, const CallerTable& callers) {
  if (arrival.authorization.empty()) {
    if (arrival.certificate.empty()) return Unauthenticated("nobody knows who sends this");
    if (const Caller* caller = callers.FindByCertificate(arrival.certificate)) return caller;
    return Unauthenticated("no caller has this client certificate");
  }
  if (arrival.authorization.size() > 1) return Unauthenticated("there are two authorizations");
  absl::string_view token = arrival.authorization.front();
  constexpr absl::string_view kScheme = "Bearer ";
  if (!absl::StartsWithIgnoreCase(token, kScheme)) {
    return Unauthenticated("this authorization is no bearer token");
  }
  token.remove_prefix(kScheme.size());
  if (const Caller* caller = callers.FindByToken(token)) return caller;
  return Unauthenticated("no caller has this token");
}

}  // namespace

Audience AudienceOf(absl::string_view path) {
  if (absl::StartsWith(path, "/grpc.health.v1.Health/")) return Anyone{};
  if (absl::StartsWith(path, "/grpc.reflection.")) return AnyCaller{};
  const std::string service = absl::StrCat("/", v1::CallEventService::service_full_name(), "/");
  if (!absl::ConsumePrefix(&path, service)) return Role::kAdmin;
  const Row* row = RowOf(path);
  return row == nullptr ? Role::kAdmin : row->role;
}

void Gatekeeper::SetCallers(std::shared_ptr<const CallerTable> callers) {
  const absl::MutexLock lock(&mutex_);
  callers_ = std::move(callers);
}

bool Gatekeeper::AsksForCredentials() const {
  const absl::MutexLock lock(&mutex_);
  return callers_ != nullptr;
}

absl::Status Gatekeeper::Admit(const Arrival& arrival) {
  absl::Status admitted = Judge(arrival);
  if (!admitted.ok()) NoteRefusal(arrival, admitted);
  return admitted;
}

absl::Status Gatekeeper::Judge(const Arrival& arrival) const {
  const Audience audience = AudienceOf(arrival.path);
  std::shared_ptr<const CallerTable> callers;
  {
    const absl::MutexLock lock(&mutex_);
    callers = callers_;
  }
  if (callers == nullptr || std::holds_alternative<Anyone>(audience)) return absl::OkStatus();
  const absl::StatusOr<const Caller*> caller = Identify(arrival, *callers);
  if (!caller.ok()) return caller.status();
  const Role* role = std::get_if<Role>(&audience);
  if (role == nullptr || (*caller)->Has(*role)) return absl::OkStatus();
  return Denied(**caller, *role);
}

void Gatekeeper::NoteRefusal(const Arrival& arrival, const absl::Status& why) {
  const std::optional<std::int64_t> refused = refusals_.Count();
  if (!refused.has_value()) return;
  base::LogWarning("requests refused",
                   {{"count", *refused},
                    {"method", absl::string_view(arrival.path).substr(0, kMaxLoggedPath)},
                    {"reason", why.message()}});
}

}  // namespace autopulse::callevents::rpc
