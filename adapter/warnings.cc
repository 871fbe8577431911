#include "adapter/warnings.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "adapter/json/utf8.h"
#include "services/base/log.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::size_t kMaxLabel = 100;

}  // namespace

void Warnings::Add(absl::string_view name, absl::string_view label) {
  const std::string cut = WithoutNul(CutUtf8(label, kMaxLabel));
  counters_.Increment(name, cut);
  if (!logged_.insert(absl::StrCat(name, "/", cut)).second) return;
  base::LogWarning("webhook has an oddity", {{"kind", name}, {"what", cut}});
}

}  // namespace autopulse::callevents::adapter
