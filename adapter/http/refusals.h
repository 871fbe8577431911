#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "adapter/http/answer.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter::http {

// Why a request, or a connection, goes no further.
struct Refusal {
  absl::string_view kind;         // a constant word for the counters, such as `framing` or `auth`
  HttpAnswer answer;              // its status is 0 for a connection that is closed without one
  absl::string_view reason = {};  // more of the why, a constant too; the sender is not told
};

// What a request's head alone says of it.
struct HeadVerdict {
  std::optional<Refusal> refusal = {};  // if it goes no further
  bool is_authorized = false;           // the head proves that its sender may send it
};

// Counts a refusal as `refused/KIND`, and under `unauthorized/REASON` if it has a reason; and logs
// it: those of one kind and reason in a line a second at most. Thread-safe.
void NoteRefusal(const Refusal& refusal, base::Counters& counters);

}  // namespace autopulse::callevents::adapter::http
