#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace autopulse::callevents::callctl {

// Where an adapter listens for operators, and what lets us in.
struct AdapterAddress {
  std::string url;    // http://HOST:PORT, without a path
  std::string token;  // an admin token of that adapter
};

// Accepts `http://HOST:PORT` or `https://HOST:PORT` and returns it without a slash at its end.
absl::StatusOr<std::string> ParseAdapterUrl(absl::string_view text);

// Whether a token that is sent to this URL, of `ParseAdapterUrl`, could be read by others.
bool SendsInClear(absl::string_view url);

// How much an adapter has erased.
struct ErasedInAdapter {
  std::int64_t events = 0;
  std::int64_t dead_letters = 0;
};

// Has an adapter remove whatever its spool holds of `call`, AutoPulse's number or the provider's
// id. Asking again is harmless.
//
// UNAVAILABLE if it cannot be reached, does not answer within `timeout`, or could not empty its
// log; UNAUTHENTICATED if it does not know the token; UNIMPLEMENTED if it is no adapter of ours.
absl::StatusOr<ErasedInAdapter> EraseInAdapter(const AdapterAddress& adapter,
                                               const std::string& call, absl::Duration timeout);

}  // namespace autopulse::callevents::callctl
