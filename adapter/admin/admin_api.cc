#include "adapter/admin/admin_api.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "adapter/dead_letters/dead_letter_selection.h"
#include "adapter/dead_letters/dead_letter_view.h"
#include "adapter/dead_letters/erasure.h"
#include "adapter/json/json_tree.h"
#include "services/base/log.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

using persistence::spool::DeadLetter;
using persistence::spool::DeadLetterFilter;
using Kind = DeadLetterAction::Kind;

constexpr std::int64_t kDefaultPageSize = 100;
constexpr std::int64_t kMaxPageSize = 1'000;

// A page of a selection.
struct Page {
  DeadLetterFilter filter;
  int size = 0;
  std::int64_t after_id = 0;  // the page token
};

absl::StatusOr<Page> ReadPage(const AdminTarget& target) {
  constexpr std::int64_t kAnyId = INT64_MAX;
  Page page;
  DeadLetterWords words;
  ASSIGN_OR_RETURN(words.call, target.Selector("call"));
  ASSIGN_OR_RETURN(words.reason, target.Selector("reason"));
  ASSIGN_OR_RETURN(words.after, target.Selector("after"));
  ASSIGN_OR_RETURN(words.before, target.Selector("before"));
  ASSIGN_OR_RETURN(page.filter, MakeFilter(words));
  ASSIGN_OR_RETURN(const std::int64_t size,
                   target.Number("page_size", 1, kMaxPageSize, kDefaultPageSize));
  page.size = static_cast<int>(size);
  ASSIGN_OR_RETURN(page.after_id, target.Number("page_token", 0, kAnyId, 0));
  return page;
}

std::string Token(bool has_more, std::int64_t last_id) {
  return absl::StrCat(",\"next_page_token\":\"", has_more ? absl::StrCat(last_id) : "", "\"}");
}

absl::Status WrongMethod(absl::string_view methods) { return absl::UnimplementedError(methods); }

absl::Status NoSuchPath() { return absl::NotFoundError("there is nothing at this address"); }

// UNIMPLEMENTED is `WrongMethod`.
HttpAnswer ToAnswer(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kInvalidArgument:
      return ErrorAnswer(400, error.message());
    case absl::StatusCode::kNotFound:
      return ErrorAnswer(404, error.message());
    case absl::StatusCode::kUnimplemented: {
      HttpAnswer answer = ErrorAnswer(405, absl::StrCat("here there is ", error.message()));
      answer.headers.emplace_back("Allow", error.message());
      return answer;
    }
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
      return ErrorAnswer(503, error.message());
    default:
      base::LogError("admin request failed", {{"error", error.message()}});
      return ErrorAnswer(500, "internal error; the adapter's log says more");
  }
}

}  // namespace

HttpAnswer AdminApi::Handle(absl::string_view method, absl::string_view target) const {
  const absl::StatusOr<AdminTarget> parsed = ParseAdminTarget(target);
  if (!parsed.ok()) return ToAnswer(parsed.status());
  const Json json = Route(method, *parsed);
  if (!json.ok()) return ToAnswer(json.status());
  return {.status = 200, .body = *json};
}

AdminApi::Json AdminApi::Route(absl::string_view method, const AdminTarget& target) const {
  const std::vector<std::string>& segments = target.segments;
  if (segments.size() < 2 || segments.size() > 3 || segments[0] != "v1") return NoSuchPath();
  const std::string& noun = segments[1];
  if (noun == "dead-letters") {
    return segments.size() == 2 ? DeadLetters(method, target) : OneDeadLetter(method, target);
  }
  if (noun == "calls" && segments.size() == 3 && target.verb == "erase") {
    return method == "POST" ? Erase(target) : WrongMethod("POST");
  }
  if (segments.size() != 2 || !target.verb.empty()) return NoSuchPath();
  if (noun != "spool" && noun != "counters") return NoSuchPath();
  if (method != "GET") return WrongMethod("GET");
  RETURN_IF_ERROR(target.Allow({}));
  return noun == "spool" ? Spool() : Counters();
}

AdminApi::Json AdminApi::DeadLetters(absl::string_view method, const AdminTarget& target) const {
  if (target.verb == "replay") {
    return method == "POST" ? ActOnMany({.kind = Kind::kReplay}, target) : WrongMethod("POST");
  }
  if (!target.verb.empty()) return NoSuchPath();
  if (method == "GET") return List(target);
  if (method == "DELETE") return ActOnMany({.kind = Kind::kDiscard}, target);
  return WrongMethod("GET, DELETE");
}

AdminApi::Json AdminApi::List(const AdminTarget& target) const {
  RETURN_IF_ERROR(target.Allow({"call", "reason", "after", "before", "page_size", "page_token"}));
  ASSIGN_OR_RETURN(const Page page, ReadPage(target));
  ASSIGN_OR_RETURN(const auto letters,
                   parts_.spool.dead_letters().List(page.filter, page.after_id, page.size));
  const auto append = [](std::string* out, const DeadLetter& letter) {
    absl::StrAppend(out, DeadLetterJson(letter));
  };
  const bool has_more = static_cast<int>(letters.size()) == page.size;
  return absl::StrCat("{\"dead_letters\":[", absl::StrJoin(letters, ",", append), "]",
                      Token(has_more, letters.empty() ? 0 : letters.back().id));
}

AdminApi::Json AdminApi::ActOnMany(DeadLetterAction action, const AdminTarget& target) const {
  RETURN_IF_ERROR(target.Allow(
      {"call", "reason", "after", "before", "page_size", "page_token", "all", "force", "dry_run"}));
  ASSIGN_OR_RETURN(const Page page, ReadPage(target));
  ASSIGN_OR_RETURN(const bool all, target.Flag("all"));
  ASSIGN_OR_RETURN(action.force, target.Flag("force"));
  ASSIGN_OR_RETURN(action.dry_run, target.Flag("dry_run"));
  if (!all && SelectsEverything(page.filter)) {
    return absl::InvalidArgumentError("say which, by call, reason, after or before, or all=true");
  }
  persistence::spool::DeadLetters& kept = parts_.spool.dead_letters();
  ASSIGN_OR_RETURN(const auto letters, kept.List(page.filter, page.after_id, page.size));
  bool has_more = static_cast<int>(letters.size()) == page.size;
  std::int64_t last = page.after_id;
  int failed = 0;
  std::vector<std::string> results;
  OutageWatch service(page.after_id);
  for (const DeadLetter& letter : letters) {
    if (stopping_) {
      has_more = true;
      break;
    }
    const DeadLetterResult result = Act(action, letter, Target(), kept);
    results.push_back(ResultJson(result));
    failed += result.status.ok() ? 0 : 1;
    last = letter.id;
    service.Note(result);
    if (service.is_out()) {
      has_more = true;
      last = service.served();
      break;
    }
  }
  return absl::StrCat("{\"results\":[", absl::StrJoin(results, ","), "],\"failed\":", failed,
                      Token(has_more, last));
}

AdminApi::Json AdminApi::OneDeadLetter(absl::string_view method, const AdminTarget& target) const {
  RETURN_IF_ERROR(target.Allow({"force", "dry_run"}));
  ASSIGN_OR_RETURN(
      const DeadLetterFilter filter,
      MakeFilter(
          {.ids = {target.segments[2]}, .call = {}, .reason = {}, .after = {}, .before = {}}));
  DeadLetterAction action;
  ASSIGN_OR_RETURN(action.force, target.Flag("force"));
  ASSIGN_OR_RETURN(action.dry_run, target.Flag("dry_run"));
  const bool replays = target.verb == "replay";
  if (!replays && !target.verb.empty()) return NoSuchPath();
  if (replays ? method != "POST" : method != "GET" && method != "DELETE") {
    return WrongMethod(replays ? "POST" : "GET, DELETE");
  }
  persistence::spool::DeadLetters& kept = parts_.spool.dead_letters();
  const absl::StatusOr<DeadLetter> letter = kept.Get(filter.ids.front());
  if (absl::IsNotFound(letter.status())) {
    return absl::NotFoundError(absl::StrCat("there is no dead letter ", target.segments[2]));
  }
  RETURN_IF_ERROR(letter.status());
  if (method == "GET") return DeadLetterJson(*letter);
  action.kind = replays ? Kind::kReplay : Kind::kDiscard;
  return ResultJson(Act(action, *letter, Target(), kept));
}

AdminApi::Json AdminApi::Spool() const {
  ASSIGN_OR_RETURN(const persistence::spool::SpoolUsage usage, parts_.spool.ReadUsage());
  std::string oldest = "null";
  if (usage.oldest_receive_time.has_value()) {
    oldest = absl::StrCat(
        "\"", absl::FormatTime(absl::RFC3339_full, *usage.oldest_receive_time, absl::UTCTimeZone()),
        "\"");
  }
  return absl::StrCat("{\"pending\":", usage.pending, ",\"oldest_receive_time\":", oldest,
                      ",\"dead_letters\":", usage.dead_letters,
                      ",\"file_bytes\":", usage.file_bytes, ",\"log_bytes\":", usage.log_bytes,
                      ",\"unused_bytes\":", usage.unused_bytes, "}");
}

AdminApi::Json AdminApi::Counters() const {
  std::vector<std::string> members;
  for (const auto& [series, count] : parts_.counters.Snapshot()) {
    std::string& member = members.emplace_back();
    AppendJsonString(series, member);
    absl::StrAppend(&member, ":", count);
  }
  return absl::StrCat("{\"counters\":{", absl::StrJoin(members, ","), "}}");
}

AdminApi::Json AdminApi::Erase(const AdminTarget& target) const {
  RETURN_IF_ERROR(target.Allow({}));
  ASSIGN_OR_RETURN(const Erased erased, EraseCall(parts_.spool, target.segments[2]));
  base::LogInfo("call erased", {{"events", erased.events}, {"dead_letters", erased.dead_letters}});
  return absl::StrCat("{\"events\":", erased.events, ",\"dead_letters\":", erased.dead_letters,
                      "}");
}

}  // namespace autopulse::callevents::adapter
