#include "tests/domain/random_history.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <variant>

#include "absl/strings/str_cat.h"
#include "tests/domain/events.h"

namespace autopulse::callevents::domain {
namespace {

// Draws small things.
class Dice {
 public:
  explicit Dice(std::mt19937_64& random) : random_(random) {}

  // 0 to `count` - 1.
  int Below(int count) { return std::uniform_int_distribution<int>(0, count - 1)(random_); }
  bool Chance(int percent) { return Below(100) < percent; }

  template <typename T, std::size_t N>
  const T& OneOf(const T (&choices)[N]) {
    return choices[Below(static_cast<int>(N))];
  }

 private:
  std::mt19937_64& random_;
};

constexpr EndedReasonGroup kGroups[] = {
    EndedReasonGroup::kAnswered, EndedReasonGroup::kMissed, EndedReasonGroup::kFailed,
    EndedReasonGroup::kAnsweredIfStartedElseMissed, EndedReasonGroup::kAnsweredIfStartedElseFailed};

// The seven words of the design document and those that VAPI really sends.
struct StatusWord {
  const char* word;
  CallStatus call_status;
};
constexpr StatusWord kWords[] = {{"queued", CallStatus::kReady},
                                 {"ringing", CallStatus::kRinging},
                                 {"in-progress", CallStatus::kInProgress},
                                 {"completed", CallStatus::kCompleted},
                                 {"failed", CallStatus::kFailed},
                                 {"no-answer", CallStatus::kMissed},
                                 {"busy", CallStatus::kMissed},
                                 {"scheduled", CallStatus::kReady},
                                 {"forwarding", CallStatus::kInProgress},
                                 {"ended", CallStatus::kCompleted},
                                 {"what-is-this", CallStatus::kInProgress}};

StatusUpdate DrawUpdate(Dice& dice, int number) {
  const StatusWord& drawn = dice.OneOf(kWords);
  StatusUpdate update;
  update.call_status = drawn.call_status;
  update.provider_status = drawn.word;
  update.forwarding = update.provider_status == "forwarding";
  if (dice.Chance(20)) {
    update.ended_reason = absl::StrCat("reason of update ", number);
    update.ended_reason_group = dice.OneOf(kGroups);
  }
  return update;
}

Hangup DrawHangup(Dice& dice) {
  constexpr HangupReason kReasons[] = {HangupReason::kUnspecified, HangupReason::kUserInitiated,
                                       HangupReason::kSystemInitiated, HangupReason::kOther};
  Hangup hangup;
  hangup.reason = dice.OneOf(kReasons);
  return hangup;
}

EndOfCallReport DrawReport(Dice& dice, int number) {
  const bool transcript = dice.Chance(60);
  EndOfCallReport report =
      transcript ? ReportSaying(absl::StrCat("said in ", number)) : EndOfCallReport();
  if (dice.Chance(50)) report.start_time = At(dice.Below(30));
  if (dice.Chance(50)) report.end_time = At(dice.Below(60));
  if (dice.Chance(40)) report.duration_sec = dice.Below(90);
  if (dice.Chance(40)) report.duration_ms = dice.Below(90'000);
  if (dice.Chance(40)) report.cost = Decimal{dice.Below(100'000)};
  if (dice.Chance(50)) {
    report.ended_reason = absl::StrCat("reason of report ", number);
    report.ended_reason_group = dice.OneOf(kGroups);
  }
  if (dice.Chance(40)) report.recording_url = absl::StrCat("https://recording/", number);
  if (dice.Chance(40)) report.recording_expire_time = At(1000 + dice.Below(10));
  if (dice.Chance(30)) report.analysis_summary = absl::StrCat("summary ", number);
  if (dice.Chance(30)) report.analysis_success_evaluation = absl::StrCat(number % 2 == 0);
  if (dice.Chance(30)) report.analysis_structured_data = absl::StrCat("{\"n\":", number, "}");
  return report;
}

EventDetail DrawDetail(Dice& dice, int number) {
  const int kind = dice.Below(100);
  if (kind < 60) return DrawUpdate(dice, number);
  if (kind < 75) return DrawHangup(dice);
  if (kind < 92) return DrawReport(dice, number);
  return Notice{.kind = "hang"};
}

// Equal times are common; so are ids whose order is not that of the events.
CallEvent DrawEvent(Dice& dice, int number, int attempts) {
  const std::string event_id = absl::StrCat(dice.Below(10), "-", number);
  CallEvent event = Event(event_id, dice.Below(12) * 0.5, DrawDetail(dice, number));
  const int attempt = dice.Below(attempts + 1);
  if (attempt > 0) {
    event.provider_call_id = absl::StrCat("provider-", attempt);
    event.time += absl::Seconds(3 * attempt);
    if (dice.Chance(25)) event.provider_call_create_time = At(dice.Below(12));
  }
  return event;
}

// A row as this service or another program may have left it.
CallState DrawRow(Dice& dice) {
  constexpr const char* kStatusWords[] = {"Ready",  "Ringing", "In Progress", "Completed",
                                          "Failed", "Missed",  "Scheduled",   "on hold"};
  constexpr CallOutcome kOutcomes[] = {CallOutcome::kUnspecified, CallOutcome::kAnswered,
                                       CallOutcome::kMissed, CallOutcome::kFailed};
  CallState row;
  if (dice.Chance(40)) return row;
  row.status_word = dice.OneOf(kStatusWords);
  if (dice.Chance(40)) row.start_time = At(-dice.Below(20));
  if (dice.Chance(30)) row.end_time = At(dice.Below(20));
  if (dice.Chance(30)) row.duration_sec = dice.Below(20);
  if (dice.Chance(20)) row.duration_ms = dice.Below(20'000);
  if (dice.Chance(20)) row.recording_url = "https://recording/of-the-base";
  if (dice.Chance(20)) row.recording_expire_time = At(900);
  if (dice.Chance(20)) row.cost = Decimal{dice.Below(1000)};
  if (dice.Chance(20)) row.ended_reason = "reason of the base";
  if (dice.Chance(40)) row.provider_call_id = absl::StrCat("provider-", dice.Below(4));
  if (dice.Chance(20)) row.analysis_summary = "summary of the base";
  if (dice.Chance(20)) row.analysis_success_evaluation = "evaluation of the base";
  if (dice.Chance(20)) row.analysis_structured_data = "[\"of the base\"]";
  if (IsOver(row.status())) row.outcome = dice.OneOf(kOutcomes);
  return row;
}

// "scheduled and queued, ringing, in-progress and unknown words, forwarding, terminal words,
// hangups, reports"
int Kind(const CallEvent& event) {
  if (std::holds_alternative<EndOfCallReport>(event.detail)) return 7;
  if (std::holds_alternative<Hangup>(event.detail)) return 6;
  const auto* update = std::get_if<StatusUpdate>(&event.detail);
  if (update == nullptr) return 0;  // a notice, which no order concerns
  if (IsOver(update->call_status)) return 5;
  if (update->forwarding) return 4;
  if (update->call_status == CallStatus::kInProgress) return 3;
  return update->call_status == CallStatus::kRinging ? 2 : 1;
}

std::string DescribeDetail(const EventDetail& detail) {
  if (const auto* update = std::get_if<StatusUpdate>(&detail)) {
    return absl::StrCat("update ", update->provider_status, " ", update->ended_reason);
  }
  if (const auto* hangup = std::get_if<Hangup>(&detail)) {
    return absl::StrCat("hangup ", static_cast<int>(hangup->reason));
  }
  if (const auto* report = std::get_if<EndOfCallReport>(&detail)) {
    return absl::StrCat("report ", report->ended_reason,
                        report->has_transcript ? " with a transcript" : "");
  }
  return "notice";
}

}  // namespace

RandomHistory DrawHistory(std::mt19937_64& random, const HistoryShape& shape) {
  Dice dice(random);
  RandomHistory history;
  history.row = DrawRow(dice);
  if (dice.Chance(30)) history.options.report_status = ReportStatus::kEndedReason;
  const int count = 1 + dice.Below(shape.max_events);
  const int attempts = dice.Below(shape.max_attempts + 1);
  for (int number = 0; number < count; ++number) {
    history.events.push_back(DrawEvent(dice, number, attempts));
  }
  SortByRule(history.events);
  return history;
}

std::vector<std::size_t> DrawArrival(std::mt19937_64& random, std::size_t count) {
  std::vector<std::size_t> arrival;
  for (std::size_t i = 0; i < count; ++i) arrival.push_back(i);
  Dice dice(random);
  for (std::size_t i = 0; i < count; ++i) {
    if (dice.Chance(20)) arrival.push_back(i);
  }
  std::shuffle(arrival.begin(), arrival.end(), random);
  return arrival;
}

void SortByRule(std::vector<CallEvent>& events) {
  std::sort(events.begin(), events.end(), [](const CallEvent& a, const CallEvent& b) {
    return std::make_tuple(a.time, Kind(a), a.event_id) <
           std::make_tuple(b.time, Kind(b), b.event_id);
  });
}

std::string Describe(const std::vector<CallEvent>& events) {
  std::string text;
  for (const CallEvent& event : events) {
    absl::StrAppend(&text, "  ", event.event_id, " at ", absl::FormatDuration(event.time - At(0)),
                    " of '", event.provider_call_id, "'");
    if (event.provider_call_create_time) {
      absl::StrAppend(&text, " created at ",
                      absl::FormatDuration(*event.provider_call_create_time - At(0)));
    }
    absl::StrAppend(&text, ": ", DescribeDetail(event.detail), "\n");
  }
  return text;
}

}  // namespace autopulse::callevents::domain
