// Any bytes as a webhook's body: the two parsers agree, and what is translated can be sent.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "adapter/json/json_exact_parser.h"
#include "adapter/json/json_quick_parser.h"
#include "adapter/vapi/fields.h"
#include "adapter/vapi/translate.h"
#include "adapter/warnings.h"
#include "services/base/counters.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

std::string Text(const JsonTree& tree) {
  std::string out;
  AppendJson(tree.root(), out);
  return out;
}

void Translate(absl::string_view body) {
  base::Counters counters;
  Warnings warnings(counters);
  const auto translation = vapi::Translate(
      body, {.receive_time = absl::UnixEpoch(), .register_unknown_calls = true}, warnings);
  if (!translation.ok() || translation->request == nullptr) return;
  // Text that is no UTF-8 would be sent and not read.
  v1::ReportCallEventRequest received;
  Require(received.ParseFromString(translation->request->SerializeAsString()));
}

void CompareParsers(absl::string_view body, JsonExcerpts excerpts) {
  const absl::StatusOr<JsonTree> exact = ParseJsonExactly(body, excerpts);
  const std::optional<JsonTree> quick = ParseJsonQuickly(body, excerpts);
  if (!quick.has_value()) return;
  Require(exact.ok());
  Require(Text(*quick) == Text(*exact));
}

void Run(absl::string_view body) {
  CompareParsers(body, {});
  CompareParsers(body, vapi::Excerpts());
  Translate(body);
}

}  // namespace
}  // namespace autopulse::callevents::adapter

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  autopulse::callevents::base::SetLogLevel(autopulse::callevents::base::LogLevel::kError);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  autopulse::callevents::adapter::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
