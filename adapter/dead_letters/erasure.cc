#include "adapter/dead_letters/erasure.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "adapter/call_name.h"
#include "adapter/json/json_parser.h"
#include "adapter/vapi/call_reference.h"
#include "autopulse/callevents/v1/call_event_service.pb.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::EventSpool;
using persistence::spool::PendingEvent;
using persistence::spool::Settlement;

constexpr int kPageSize = 500;

// Whether a text that was to be JSON holds `"call_id": NUMBER`, with or without quotes.
bool NamesCallNumber(absl::string_view text, absl::string_view number) {
  constexpr absl::string_view kName = "\"call_id\"";
  for (std::size_t at = text.find(kName); at != absl::string_view::npos;
       at = text.find(kName, at + 1)) {
    absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(at + kName.size()));
    if (!absl::ConsumePrefix(&rest, ":")) continue;
    rest = absl::StripLeadingAsciiWhitespace(rest);
    absl::ConsumePrefix(&rest, "\"");
    while (absl::ConsumePrefix(&rest, "0")) {
    }
    if (!absl::ConsumePrefix(&rest, number)) continue;
    if (rest.empty() || !absl::ascii_isdigit(static_cast<unsigned char>(rest[0]))) return true;
  }
  return false;
}

// The call that is erased, by all the names that are known of it.
class Subject {
 public:
  explicit Subject(const std::string& call) {
    std::int64_t number = 0;
    if (absl::SimpleAtoi(call, &number)) {
      number_ = number;
      parent_ = CallName(number);
    } else {
      provider_ids_.insert(call);
    }
  }

  bool Owns(const std::string& form, const std::string& payload) {
    v1::ReportCallEventRequest request;
    if (form != persistence::spool::kPendingForm || !request.ParseFromString(payload)) {
      return OwnsBody(payload);
    }
    const std::string& id = request.event().provider_call_id();
    if (request.parent() == parent_) {
      if (!id.empty()) grew_ |= provider_ids_.insert(id).second;
      return true;
    }
    return provider_ids_.count(id) > 0;
  }

  // Whether a name was added since the last time this was asked.
  bool Grew() { return std::exchange(grew_, false); }

 private:
  bool OwnsBody(const std::string& body) const {
    const absl::StatusOr<JsonTree> tree = ParseJson(body);
    return tree.ok() ? OwnsValue(tree->root()) : OwnsText(body);
  }

  // Recursive: the parser refuses what is nested too deep.
  bool OwnsValue(JsonValue value) const {
    if (number_ > 0 && value.key() == "call_id" && vapi::CallIdIn(value) == number_) return true;
    if (provider_ids_.contains(value.key())) return true;
    if (value.kind() == JsonKind::kString) return provider_ids_.contains(value.text());
    if (value.kind() != JsonKind::kObject && value.kind() != JsonKind::kArray) return false;
    for (JsonValue child = value.FirstChild(); child.kind() != JsonKind::kAbsent;
         child = child.NextSibling()) {
      if (OwnsValue(child)) return true;
    }
    return false;
  }

  bool OwnsText(const std::string& text) const {
    if (number_ > 0 && NamesCallNumber(text, absl::StrCat(number_))) return true;
    return std::any_of(provider_ids_.begin(), provider_ids_.end(), [&](const std::string& id) {
      return absl::StrContains(text, absl::StrCat("\"", id, "\""));
    });
  }

  std::int64_t number_ = 0;
  std::string parent_;
  std::set<std::string, std::less<>> provider_ids_;
  bool grew_ = false;
};

absl::Status ErasePending(EventSpool& spool, Subject& subject, Erased& erased) {
  std::int64_t last = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, spool.ReadAll(last, {.events = kPageSize}));
    if (page.empty()) return absl::OkStatus();
    std::vector<Settlement> removals;
    for (const PendingEvent& event : page) {
      last = event.id;
      if (!subject.Owns(persistence::spool::kPendingForm, event.payload)) continue;
      removals.push_back({.kind = Settlement::Kind::kDelivered,
                          .event = event.id,
                          .lane = event.lane,
                          .failures = {},
                          .due = {},
                          .reason = {}});
    }
    if (!removals.empty()) RETURN_IF_ERROR(spool.Settle(removals, absl::Now()));
    erased.events += static_cast<std::int64_t>(removals.size());
  }
}

absl::Status EraseDeadLetters(EventSpool& spool, Subject& subject, Erased& erased) {
  std::int64_t last = 0;
  while (true) {
    ASSIGN_OR_RETURN(const auto page, spool.dead_letters().List({}, last, kPageSize));
    if (page.empty()) return absl::OkStatus();
    for (const DeadLetter& summary : page) {
      last = summary.id;
      const absl::StatusOr<DeadLetter> letter = spool.dead_letters().Get(summary.id);
      if (absl::IsNotFound(letter.status())) continue;  // somebody else removed it
      RETURN_IF_ERROR(letter.status());
      if (!subject.Owns(letter->form, letter->payload)) continue;
      const absl::Status removed = spool.dead_letters().Remove(letter->id);
      if (absl::IsNotFound(removed)) continue;
      RETURN_IF_ERROR(removed);
      ++erased.dead_letters;
    }
  }
}

}  // namespace

absl::StatusOr<Erased> EraseCall(EventSpool& spool, const std::string& call) {
  if (call.empty()) return absl::InvalidArgumentError("no call is named");
  Subject subject(call);
  Erased erased;
  do {
    RETURN_IF_ERROR(ErasePending(spool, subject, erased));
    RETURN_IF_ERROR(EraseDeadLetters(spool, subject, erased));
  } while (subject.Grew());
  RETURN_IF_ERROR(spool.EraseTraces());
  return erased;
}

}  // namespace autopulse::callevents::adapter
