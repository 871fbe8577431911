#include "services/grpc/request_digest.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/grpc/sha256.h"

namespace autopulse::callevents::rpc {
namespace {

template <typename Request>
std::string Digest(Request request) {
  request.clear_request_id();
  const std::string text =
      absl::StrCat(Request::descriptor()->full_name(), "\n", request.SerializeAsString());
  const Sha256Digest digest = Sha256(text);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

std::string DigestOf(const v1::CreateCallRequest& request) { return Digest(request); }
std::string DigestOf(const v1::CreateServiceRecordRequest& request) { return Digest(request); }

}  // namespace autopulse::callevents::rpc
