#include "adapter/json/malformed.h"

#include "absl/strings/cord.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr absl::string_view kPathPayload = "autopulse.callevents/path";
constexpr absl::string_view kDetailPayload = "autopulse.callevents/detail";

std::string PayloadOf(const absl::Status& status, absl::string_view name) {
  const auto payload = status.GetPayload(name);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

absl::Status Malformed(absl::string_view message, absl::string_view path,
                       absl::string_view detail) {
  absl::Status status = absl::InvalidArgumentError(message);
  if (!path.empty()) status.SetPayload(kPathPayload, absl::Cord(path));
  if (!detail.empty()) status.SetPayload(kDetailPayload, absl::Cord(detail));
  return status;
}

std::string MalformedPath(const absl::Status& status) { return PayloadOf(status, kPathPayload); }

std::string MalformedDetail(const absl::Status& status) {
  return PayloadOf(status, kDetailPayload);
}

}  // namespace autopulse::callevents::adapter
