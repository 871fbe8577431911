#include "services/grpc/filter.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "services/base/limits.h"
#include "services/base/status_macros.h"
#include "services/grpc/enum_mapping.h"
#include "services/grpc/resource_name.h"

namespace autopulse::callevents::rpc {
namespace {

using core::CallField;
using core::Comparison;

enum class ValueKind { kStatus, kOutcome, kText, kServiceRecord, kTime };

struct FieldRow {
  absl::string_view name;
  CallField field;
  ValueKind kind;
};

constexpr std::array kFields = {
    FieldRow{"status", CallField::kStatus, ValueKind::kStatus},
    FieldRow{"outcome", CallField::kOutcome, ValueKind::kOutcome},
    FieldRow{"customer_number", CallField::kCustomerNumber, ValueKind::kText},
    FieldRow{"provider_call_id", CallField::kProviderCallId, ValueKind::kText},
    FieldRow{"service_record", CallField::kServiceRecord, ValueKind::kServiceRecord},
    FieldRow{"create_time", CallField::kCreateTime, ValueKind::kTime},
    FieldRow{"start_time", CallField::kStartTime, ValueKind::kTime},
    FieldRow{"end_time", CallField::kEndTime, ValueKind::kTime},
};

// Longer ones first: `<` is the beginning of `<=`.
constexpr std::array<std::pair<absl::string_view, Comparison>, 6> kOperators = {{
    {"!=", Comparison::kNotEqual},
    {"<=", Comparison::kLessOrEqual},
    {">=", Comparison::kGreaterOrEqual},
    {"=", Comparison::kEqual},
    {"<", Comparison::kLess},
    {">", Comparison::kGreater},
}};

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("filter: ", what));
}

// Far more than any order that there is.
constexpr std::size_t kMaxOrderByBytes = 100;

std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::Utf8SafeCEscape(text.substr(0, 100)), "'");
}

const FieldRow* FindField(absl::string_view name) {
  for (const FieldRow& row : kFields) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

// Takes pieces of a filter from its front.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) { SkipBlanks(); }

  bool AtEnd() const { return text_.empty(); }
  absl::string_view rest() const { return text_; }

  std::string Word() {
    std::size_t length = 0;
    while (length < text_.size() && IsWordCharacter(text_[length])) ++length;
    return Take(length);
  }

  std::optional<Comparison> Operator() {
    for (const auto& [spelling, comparison] : kOperators) {
      if (text_.substr(0, spelling.size()) == spelling) {
        Take(spelling.size());
        return comparison;
      }
    }
    return std::nullopt;
  }

  // A word, or text between quotes with `\"` and `\\` in it. Nothing if there is neither.
  std::optional<std::string> Value() {
    if (text_.empty() || text_.front() != '"') {
      std::string word = Word();
      return word.empty() ? std::nullopt : std::optional<std::string>(std::move(word));
    }
    std::string value;
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '"') {
        Take(i + 1);
        return value;
      }
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      value += text_[i];
    }
    return std::nullopt;
  }

 private:
  static bool IsWordCharacter(char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
           c == ':' || c == '+' || c == '/';
  }

  void SkipBlanks() { text_ = absl::StripLeadingAsciiWhitespace(text_); }

  std::string Take(std::size_t length) {
    std::string taken(text_.substr(0, length));
    text_.remove_prefix(length);
    SkipBlanks();
    return taken;
  }

  absl::string_view text_;
};

// Columns hold the years 1 to 9999.
bool IsStorable(absl::Time time) {
  const absl::civil_year_t year = absl::ToCivilYear(time, absl::UTCTimeZone()).year();
  return year >= 1 && year <= 9999;
}

using Value = decltype(core::CallCondition::value);

absl::StatusOr<Value> ReadValue(const FieldRow& field, const std::string& text) {
  switch (field.kind) {
    case ValueKind::kText:
      return Value(text);
    case ValueKind::kStatus: {
      v1::CallStatus call_status;
      if (!v1::CallStatus_Parse(text, &call_status)) return Value(text);  // the stored word
      if (call_status == v1::CALL_STATUS_UNSPECIFIED) {
        return Wrong("status: give another program's word as text: status = \"Scheduled\"");
      }
      return Value(std::string(domain::ToWord(CastEnum<domain::CallStatus>(call_status))));
    }
    case ValueKind::kOutcome: {
      v1::CallOutcome outcome;
      if (!v1::CallOutcome_Parse(text, &outcome) || outcome == v1::CALL_OUTCOME_UNSPECIFIED) {
        return Wrong(absl::StrCat("outcome: ", Quoted(text),
                                  " is none of CALL_OUTCOME_ANSWERED, CALL_OUTCOME_MISSED, "
                                  "CALL_OUTCOME_FAILED"));
      }
      return Value(CastEnum<domain::CallOutcome>(outcome));
    }
    case ValueKind::kServiceRecord: {
      ASSIGN_OR_RETURN(const std::int64_t id,
                       ParseServiceRecordName("filter: service_record", text));
      return Value(id);
    }
    case ValueKind::kTime: {
      absl::Time time;
      std::string error;
      if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || !IsStorable(time)) {
        return Wrong(absl::StrCat(field.name, ": ", Quoted(text),
                                  " is no time such as \"2025-05-01T00:00:00Z\""));
      }
      return Value(domain::ToMicroseconds(time));
    }
  }
  return Wrong("unknown field");
}

absl::StatusOr<core::CallCondition> ReadCondition(Reader& reader) {
  const std::string name = reader.Word();
  const FieldRow* field = FindField(name);
  if (field == nullptr) {
    const auto name_of = [](std::string* out, const FieldRow& row) {
      absl::StrAppend(out, row.name);
    };
    return Wrong(absl::StrCat(Quoted(name.empty() ? reader.rest() : absl::string_view(name)),
                              " is not a field; the fields are ",
                              absl::StrJoin(kFields, ", ", name_of)));
  }
  const std::optional<Comparison> comparison = reader.Operator();
  if (!comparison) return Wrong(absl::StrCat(name, ": an operator such as = must follow"));
  if (field->kind != ValueKind::kTime && *comparison != Comparison::kEqual &&
      *comparison != Comparison::kNotEqual) {
    return Wrong(absl::StrCat(name, ": only = and != go with it"));
  }
  const std::optional<std::string> text = reader.Value();
  if (!text) {
    return Wrong(absl::StrCat(name, ": a value must follow, in double quotes if it is text"));
  }
  ASSIGN_OR_RETURN(Value value, ReadValue(*field, *text));
  return core::CallCondition{field->field, *comparison, std::move(value)};
}

}  // namespace

absl::StatusOr<std::vector<core::CallCondition>> ParseFilter(absl::string_view filter) {
  if (filter.size() > base::kMaxFilterBytes) {
    return Wrong(absl::StrCat("has ", filter.size(), " bytes; at most ", base::kMaxFilterBytes,
                              " are read: leave comparisons out, and compare what comes"));
  }
  std::vector<core::CallCondition> conditions;
  Reader reader(filter);
  if (reader.AtEnd()) return conditions;
  while (true) {
    if (conditions.size() == base::kMaxFilterComparisons) {
      return Wrong(absl::StrCat("has more than ", base::kMaxFilterComparisons,
                                " comparisons: leave some out, and compare what comes"));
    }
    ASSIGN_OR_RETURN(core::CallCondition condition, ReadCondition(reader));
    conditions.push_back(std::move(condition));
    if (reader.AtEnd()) return conditions;
    if (const std::string word = reader.Word(); word != "AND") {
      return Wrong(absl::StrCat(Quoted(word.empty() ? reader.rest() : absl::string_view(word)),
                                ": only AND may join comparisons"));
    }
  }
}

absl::StatusOr<CallOrder> ParseOrderBy(absl::string_view order_by) {
  if (order_by.size() > kMaxOrderByBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "order_by: has ", order_by.size(), " bytes; at most ", kMaxOrderByBytes, " are read"));
  }
  const std::vector<absl::string_view> words =
      absl::StrSplit(order_by, absl::ByAnyChar(" \t"), absl::SkipEmpty());
  if (words.empty()) return CallOrder{};
  const FieldRow* field = FindField(words[0]);
  const bool descending = words.size() == 2 && words[1] == "desc";
  if (field == nullptr || field->kind != ValueKind::kTime || (words.size() > 1 && !descending)) {
    return absl::InvalidArgumentError(
        absl::StrCat("order_by: ", Quoted(order_by),
                     " is none of create_time, start_time, end_time, each perhaps with desc"));
  }
  return CallOrder{field->field, descending};
}

}  // namespace autopulse::callevents::rpc
