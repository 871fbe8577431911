#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/grpc/sha256.h"

namespace autopulse::callevents::rpc {

// What a caller may be allowed to do.
enum class Role : std::uint8_t {
  kIngest,  // register calls and report what happens to them
  kRead,    // read and watch
  kAdmin    // everything
};

// The word for a role in the file of callers and in messages: `ingest`, `read`, `admin`.
absl::string_view RoleWord(Role role);

// Somebody who may send requests.
struct Caller {
  std::string name;
  std::vector<Role> roles;

  bool Has(Role role) const;
};

// Who may send requests, and what each may do. Of tokens it knows their SHA-256 alone. Immutable.
class CallerTable {
 public:
  // Reads a CallerFile as JSON. INVALID_ARGUMENT, naming the entry, for anything else: fields that
  // it has not, roles that do not exist, a caller without a token or certificate, a token of two.
  static absl::StatusOr<std::shared_ptr<const CallerTable>> Parse(absl::string_view json);

  // Does the same with a file. FAILED_PRECONDITION, naming it, if that cannot be done.
  static absl::StatusOr<std::shared_ptr<const CallerTable>> ReadFile(const std::string& path);

  // Whose token this is; null if it is nobody's. Takes as long for one as for any other.
  const Caller* FindByToken(absl::string_view token) const;

  // Whose certificate has one of these names; null if it is nobody's.
  const Caller* FindByCertificate(const std::vector<std::string>& names) const;

  // How many entries there are.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Caller caller;
    Sha256Digest token = {};  // all zeros, which is no digest, without a token
    std::string certificate;
  };

  std::vector<Entry> entries_;
};

}  // namespace autopulse::callevents::rpc
