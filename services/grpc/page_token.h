#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/core/call_store.h"

namespace autopulse::callevents::rpc {

// Returns how many elements a page has: 50 for zero, 1000 for more than that. INVALID_ARGUMENT for
// a negative `page_size`.
absl::StatusOr<int> PageSize(int page_size);

// Writes a token for the page behind `position`. `query` is whatever must not change from page to
// page.
std::string EncodePageToken(absl::string_view query, const core::CallPosition& position);

// Reads a token. INVALID_ARGUMENT if it is none of ours, or of another query.
absl::StatusOr<core::CallPosition> DecodePageToken(absl::string_view query,
                                                   absl::string_view token);

// The token of a watcher that has seen everything up to `sequence`, and back.
std::string EncodeResumeToken(std::int64_t sequence);
absl::StatusOr<std::int64_t> DecodeResumeToken(absl::string_view token);

}  // namespace autopulse::callevents::rpc
