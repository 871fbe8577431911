#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/base/merged_line.h"
#include "services/grpc/caller_table.h"

namespace autopulse::callevents::rpc {

// Who a method is for.
struct Anyone {};     // health: it tells nothing, and a probe has no token
struct AnyCaller {};  // reflection
using Audience = std::variant<Anyone, AnyCaller, Role>;

// Who the method at `path`, /PACKAGE.SERVICE/METHOD, is for. What no row of the table names, and is
// not of gRPC itself, is for `Role::kAdmin`.
Audience AudienceOf(absl::string_view path);

// What is known of a request before its message is read.
struct Arrival {
  std::string path;
  std::vector<std::string> authorization;  // all headers of that name
  std::vector<std::string> certificate;    // the names in the client's verified certificate
};

// Decides who comes in. Thread-safe.
class Gatekeeper {
 public:
  // Lets everybody in until `SetCallers` is called.
  Gatekeeper() = default;

  // From now on only these come in. A request that is in already stays: streams are to be admitted
  // again.
  void SetCallers(std::shared_ptr<const CallerTable> callers);

  // Whether somebody is asked who he is.
  bool AsksForCredentials() const;

  // OK if the request may come in; UNAUTHENTICATED if nobody knows who sends it; PERMISSION_DENIED,
  // naming the role that is needed, if that caller may not. Logs, at most once a second, those that
  // it turns away.
  absl::Status Admit(const Arrival& arrival);

 private:
  absl::Status Judge(const Arrival& arrival) const;
  void NoteRefusal(const Arrival& arrival, const absl::Status& why);

  mutable absl::Mutex mutex_;
  std::shared_ptr<const CallerTable> callers_ ABSL_GUARDED_BY(mutex_);
  base::MergedLine refusals_;
};

}  // namespace autopulse::callevents::rpc
