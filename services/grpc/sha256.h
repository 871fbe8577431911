#pragma once

#include <array>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::rpc {

using Sha256Digest = std::array<unsigned char, 32>;

// The SHA-256 of `bytes`.
Sha256Digest Sha256(absl::string_view bytes);

}  // namespace autopulse::callevents::rpc
