#include "services/grpc/caller_table.h"

#include <google/protobuf/util/json_util.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "absl/strings/str_cat.h"
#include "autopulse/callevents/internal/v1/caller_file.pb.h"
#include "services/base/hex.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr Role kRoles[] = {Role::kIngest, Role::kRead, Role::kAdmin};

std::optional<Role> RoleOf(absl::string_view word) {
  for (const Role role : kRoles) {
    if (RoleWord(role) == word) return role;
  }
  return std::nullopt;
}

absl::Status Wrong(const internal::v1::Caller& caller, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("caller '", caller.name(), "': ", what));
}

absl::StatusOr<std::vector<Role>> ParseRoles(const internal::v1::Caller& caller) {
  std::vector<Role> roles;
  for (const std::string& word : caller.roles()) {
    const std::optional<Role> role = RoleOf(word);
    if (!role.has_value()) {
      return Wrong(caller,
                   absl::StrCat("the role '", word, "' is none of 'ingest', 'read', 'admin'"));
    }
    roles.push_back(*role);
  }
  if (roles.empty()) return Wrong(caller, "it has no roles");
  return roles;
}

}  // namespace

absl::string_view RoleWord(Role role) {
  switch (role) {
    case Role::kIngest:
      return "ingest";
    case Role::kRead:
      return "read";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

bool Caller::Has(Role role) const {
  return std::any_of(roles.begin(), roles.end(),
                     [role](Role own) { return own == role || own == Role::kAdmin; });
}

absl::StatusOr<std::shared_ptr<const CallerTable>> CallerTable::Parse(absl::string_view json) {
  internal::v1::CallerFile file;
  const auto parsed = google::protobuf::util::JsonStringToMessage(std::string(json), &file);
  if (!parsed.ok()) return absl::InvalidArgumentError(std::string(parsed.message()));
  auto table = std::make_shared<CallerTable>();
  for (const internal::v1::Caller& caller : file.callers()) {
    if (caller.name().empty()) return Wrong(caller, "it has no name");
    Entry entry;
    ASSIGN_OR_RETURN(std::vector<Role> roles, ParseRoles(caller));
    entry.caller = {caller.name(), std::move(roles)};
    entry.certificate = caller.certificate();
    const std::string& hex = caller.token_sha256();
    if (hex.empty() && entry.certificate.empty()) {
      return Wrong(caller, "it has neither token_sha256 nor certificate");
    }
    if (!hex.empty()) {
      const std::optional<std::string> digest = base::BytesOfHex(hex);
      if (!digest.has_value() || digest->size() != entry.token.size()) {
        return Wrong(caller, "token_sha256 is not 64 hexadecimal digits");
      }
      std::copy(digest->begin(), digest->end(), entry.token.begin());
    }
    for (const Entry& other : table->entries_) {
      if (!hex.empty() && other.token == entry.token) {
        return Wrong(caller, absl::StrCat("its token is also that of '", other.caller.name, "'"));
      }
    }
    table->entries_.push_back(std::move(entry));
  }
  if (table->entries_.empty()) return absl::InvalidArgumentError("there are no callers");
  return table;
}

absl::StatusOr<std::shared_ptr<const CallerTable>> CallerTable::ReadFile(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file.is_open() || file.bad()) {
    return absl::FailedPreconditionError(absl::StrCat("cannot read the tokens file '", path, "'"));
  }
  absl::StatusOr<std::shared_ptr<const CallerTable>> table = Parse(text);
  if (table.ok()) return table;
  return absl::FailedPreconditionError(
      absl::StrCat("the tokens file '", path, "' cannot be used: ", table.status().message()));
}

const Caller* CallerTable::FindByToken(absl::string_view token) const {
  if (token.empty()) return nullptr;  // nor if somebody took the digest of nothing
  const Sha256Digest digest = Sha256(token);
  const Caller* found = nullptr;
  for (const Entry& entry : entries_) {
    if (CRYPTO_memcmp(entry.token.data(), digest.data(), digest.size()) == 0) found = &entry.caller;
  }
  return found;
}

const Caller* CallerTable::FindByCertificate(const std::vector<std::string>& names) const {
  for (const Entry& entry : entries_) {
    if (entry.certificate.empty()) continue;
    if (std::find(names.begin(), names.end(), entry.certificate) != names.end()) {
      return &entry.caller;
    }
  }
  return nullptr;
}

}  // namespace autopulse::callevents::rpc
