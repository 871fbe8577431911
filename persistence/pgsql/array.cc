#include "persistence/pgsql/array.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace autopulse::callevents::persistence {

std::string ToPgsqlArray(const std::vector<std::int64_t>& numbers) {
  return absl::StrCat("{", absl::StrJoin(numbers, ","), "}");
}

std::string ToPgsqlArray(const std::vector<std::string>& texts) {
  const auto quote = [](std::string* out, const std::string& text) {
    absl::StrAppend(out, "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
  };
  return absl::StrCat("{", absl::StrJoin(texts, ",", quote), "}");
}

}  // namespace autopulse::callevents::persistence
