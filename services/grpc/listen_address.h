#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace autopulse::callevents::rpc {

// Where a server listens.
struct ListenAddress {
  std::string text;         // as it was given: HOST:PORT, or unix:PATH
  std::string socket_path;  // the PATH; empty for HOST:PORT

  bool is_socket() const { return !socket_path.empty(); }

  // Whether only programs of this machine reach it: a socket, or the loopback interface.
  bool is_local() const;
};

// Reads HOST:PORT or unix:PATH. INVALID_ARGUMENT, naming the text, for anything else, a socket in
// the abstract namespace, which has no file mode, included.
absl::StatusOr<ListenAddress> ParseListenAddress(absl::string_view text);

// Makes room for a socket: removes one at this path that nobody listens on. UNAVAILABLE if somebody
// does, FAILED_PRECONDITION if what is there is no socket or cannot be removed.
absl::Status ClearSocketPath(const std::string& path);

// Gives a socket to the members of `group`, mode 0660. FAILED_PRECONDITION if there is no such
// group, or the process may not.
absl::Status ShareSocket(const std::string& path, const std::string& group);

}  // namespace autopulse::callevents::rpc
