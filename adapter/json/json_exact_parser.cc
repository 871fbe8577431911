#include "adapter/json/json_exact_parser.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "adapter/json/json_tree_builder.h"
#include "adapter/json/malformed.h"

namespace autopulse::callevents::adapter {
namespace {

// What the library takes a number for that is no machine word. It stops where that is infinite, be
// it a value that nobody asks for: here none is, and what counts is how it was written.
class AnyNumber {
 public:
  AnyNumber() = default;
  constexpr AnyNumber(double /*value*/) {}              // NOLINT(google-explicit-constructor)
  operator long double&() { return value_; }            // NOLINT(google-explicit-constructor)
  constexpr operator long double() const { return 0; }  // NOLINT(google-explicit-constructor)

 private:
  long double value_;
};

using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, AnyNumber>;

constexpr absl::string_view kSyntaxError = "syntax error";

// `byte` counts from 1.
absl::Status MalformedAt(absl::string_view problem, std::size_t byte) {
  return Malformed(absl::StrCat("Malformed JSON: ", problem, " at byte ", byte));
}

// Hands the builder what the library's parser meets. The names are the library's.
class Handler {
 public:
  explicit Handler(JsonExcerpts excerpts) : builder_(excerpts) {}

  JsonTree& tree() { return builder_.tree(); }
  const absl::Status& status() const { return error_.ok() ? builder_.status() : error_; }

  bool null() { return Add(JsonKind::kNull, "null"); }
  bool boolean(bool value) { return Add(JsonKind::kBoolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) { return Add(JsonKind::kNumber, absl::StrCat(value)); }
  bool number_unsigned(std::uint64_t value) { return Add(JsonKind::kNumber, absl::StrCat(value)); }
  bool number_float(AnyNumber /*value*/, const std::string& lexeme) {
    return Add(JsonKind::kNumber, lexeme);
  }
  bool string(const std::string& value) { return Add(JsonKind::kString, value); }
  bool binary(const Json::binary_t& /*value*/) { return false; }
  bool key(const std::string& value) {
    if (open_left_out_ > 0) return true;
    next_is_left_out_ = builder_.LeavesOut(value);
    if (!next_is_left_out_) builder_.Key(builder_.Append(value));
    return true;
  }
  bool start_object(std::size_t /*size*/) { return Open(JsonKind::kObject); }
  bool start_array(std::size_t /*size*/) { return Open(JsonKind::kArray); }
  bool end_object() { return ClosesLeftOut() || builder_.CloseObject(); }
  bool end_array() { return ClosesLeftOut() || builder_.CloseArray(); }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) {
    const absl::string_view problem =
        absl::StrContains(error.what(), "UTF-8") ? "invalid UTF-8" : kSyntaxError;
    error_ = MalformedAt(problem, position);
    return false;
  }

 private:
  bool Add(JsonKind kind, absl::string_view text) {
    return IsLeftOut() || builder_.Add(kind, builder_.Append(text));
  }
  bool Open(JsonKind kind) {
    if (!IsLeftOut()) return builder_.Open(kind);
    ++open_left_out_;
    return true;
  }
  bool ClosesLeftOut() {
    if (open_left_out_ == 0) return false;
    --open_left_out_;
    return true;
  }
  // Whether the value that begins is left out, or stands in one that is.
  bool IsLeftOut() { return std::exchange(next_is_left_out_, false) || open_left_out_ > 0; }

  JsonTreeBuilder builder_;
  bool next_is_left_out_ = false;
  std::size_t open_left_out_ = 0;  // arrays and objects
  absl::Status error_;
};

}  // namespace

absl::StatusOr<JsonTree> ParseJsonExactly(absl::string_view text, JsonExcerpts excerpts) {
  Handler handler(excerpts);
  if (!Json::sax_parse(text.begin(), text.end(), &handler)) return handler.status();
  // The library takes a NUL for the end.
  if (const std::size_t nul = text.find('\0'); nul != text.npos)
    return MalformedAt(kSyntaxError, nul + 1);
  return std::move(handler.tree());
}

}  // namespace autopulse::callevents::adapter
