#include "services/grpc/page_token.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "autopulse/callevents/internal/v1/page_token.pb.h"
#include "services/base/limits.h"
#include "services/grpc/from_proto.h"
#include "services/grpc/to_proto.h"

namespace autopulse::callevents::rpc {
namespace {

constexpr int kDefaultPageSize = 50;
constexpr int kMaxPageSize = 1000;
constexpr absl::string_view kWatch = "watch";

// More than any token of ours has: it holds the request's filter, each three bytes as four.
constexpr std::size_t kMaxTokenBytes = 2 * base::kMaxFilterBytes;

}  // namespace

absl::StatusOr<int> PageSize(int page_size) {
  if (page_size < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "page_size: ", page_size, " is negative; leave it out for ", kDefaultPageSize));
  }
  return page_size == 0 ? kDefaultPageSize : std::min(page_size, kMaxPageSize);
}

std::string EncodePageToken(absl::string_view query, const core::CallPosition& position) {
  internal::v1::PageToken token;
  token.set_query(std::string(query));
  token.set_after_id(position.id);
  if (position.time) ToProto(*position.time, *token.mutable_after_time());
  return absl::WebSafeBase64Escape(token.SerializeAsString());
}

absl::StatusOr<core::CallPosition> DecodePageToken(absl::string_view query,
                                                   absl::string_view token) {
  std::string bytes;
  internal::v1::PageToken read;
  if (token.size() > kMaxTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes) ||
      !read.ParseFromString(bytes) || read.after_id() < 0) {
    return absl::InvalidArgumentError(
        "page_token: is not a token of this service; leave it out to begin at the first page");
  }
  if (read.query() != query) {
    return absl::InvalidArgumentError(
        "page_token: belongs to another request; parent, filter and order_by must be as they were "
        "for the page before");
  }
  core::CallPosition position{.time = std::nullopt, .id = read.after_id()};
  if (read.has_after_time()) position.time = FromProto(read.after_time());
  return position;
}

std::string EncodeResumeToken(std::int64_t sequence) {
  return EncodePageToken(kWatch, {.time = std::nullopt, .id = sequence});
}

absl::StatusOr<std::int64_t> DecodeResumeToken(absl::string_view token) {
  const absl::StatusOr<core::CallPosition> position = DecodePageToken(kWatch, token);
  if (!position.ok()) {
    return absl::InvalidArgumentError(
        "resume_token: is not a token of WatchCalls; leave it out to begin now");
  }
  return position->id;
}

}  // namespace autopulse::callevents::rpc
