#include "clients/cpp/callctl/event_reporter.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "clients/cpp/callctl/text_table.h"
#include "clients/cpp/callctl/words.h"

namespace autopulse::callevents::callctl {
namespace {

constexpr std::size_t kMaxBatchLength = 500;  // BatchReportCallEventsRequest.requests
constexpr std::size_t kMaxBatchBytes = client::kMaxMessageBytes / 2;

using Results = std::vector<v1::BatchReportCallEventsResult>;

std::vector<std::string> Row(const v1::ReportCallEventRequest& event,
                             const v1::BatchReportCallEventsResult& result) {
  if (!result.has_response()) {
    return {absl::StrCat(event.parent(), "/events/", event.event_id()), "failed", "",
            result.error().message()};
  }
  const v1::ReportCallEventResponse& response = result.response();
  return {response.event().name(),
          response.duplicate() ? "duplicate" : OutcomeWord(response.event().outcome()),
          StatusWord(response.event().call_status(), response.event().call_status_text()), ""};
}

// What is sent for `event`: a table needs no more than the short view, which fits a message
// however much the calls hold. JSON has what the event asks for.
v1::ReportCallEventRequest Asking(const Session& session, v1::ReportCallEventRequest event) {
  if (session.format == OutputFormat::kTable) event.set_view(v1::REPORT_VIEW_BASIC);
  return event;
}

void PrintTable(Session& session, const std::vector<v1::ReportCallEventRequest>& events,
                const Results& results) {
  TextTable table(
      {{.title = "EVENT"}, {.title = "RESULT"}, {.title = "CALL STATUS"}, {.title = "ERROR"}});
  for (std::size_t i = 0; i < results.size(); ++i) table.AddRow(Row(events[i], results[i]));
  table.Print(session.out);
}

absl::Status PrintResults(Session& session, const std::vector<v1::ReportCallEventRequest>& events,
                          const Results& results) {
  if (session.format == OutputFormat::kTable) {
    PrintTable(session, events, results);
    return absl::OkStatus();
  }
  v1::BatchReportCallEventsResponse all;
  all.mutable_results()->Assign(results.begin(), results.end());
  return PrintJson(session.out, all);
}

// A bar on standard error while several batches are sent, where that is a terminal.
class ProgressBar {
 public:
  ProgressBar(Session& session, std::size_t total)
      : session_(session),
        total_(total),
        shown_(session.shows_progress && total > kMaxBatchLength) {}
  ~ProgressBar() {
    if (shown_) session_.err << '\r' << std::string(kWidth + 40, ' ') << '\r' << std::flush;
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void Show(std::size_t done) const {
    if (!shown_) return;
    const std::size_t filled = kWidth * done / total_;
    session_.err << "\r[" << std::string(filled, '#') << std::string(kWidth - filled, '.') << "] "
                 << done << " of " << total_ << " events" << std::flush;
  }

 private:
  static constexpr std::size_t kWidth = 30;

  Session& session_;
  const std::size_t total_;
  const bool shown_;
};

// Sends all of `events`; `results` grows by what each batch brings.
absl::Status SendBatches(Session& session, const std::vector<v1::ReportCallEventRequest>& events,
                         Results& results) {
  const ProgressBar progress(session, events.size());
  while (results.size() < events.size()) {
    progress.Show(results.size());
    const std::size_t begin = results.size();
    const std::size_t length = BatchLength(events, begin);
    v1::BatchReportCallEventsRequest batch;
    for (std::size_t i = begin; i < begin + length; ++i) {
      *batch.add_requests() = Asking(session, events[i]);
    }
    auto response = session.client.BatchReportCallEvents(batch);
    if (!response.ok()) return response.status();
    if (static_cast<std::size_t>(response->results_size()) != length) {
      return absl::InternalError(absl::StrCat("the service gave ", response->results_size(),
                                              " results for ", length, " events"));
    }
    for (auto& result : *response->mutable_results()) results.push_back(std::move(result));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExitCode> ReportOne(Session& session, const v1::ReportCallEventRequest& event) {
  auto response = session.client.ReportCallEvent(Asking(session, event));
  if (!response.ok()) return response.status();
  if (session.format == OutputFormat::kJson) {
    if (absl::Status status = PrintJson(session.out, *response); !status.ok()) return status;
    return ExitCode::kOk;
  }
  Results results(1);
  *results[0].mutable_response() = *std::move(response);
  PrintTable(session, {event}, results);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> ReportSeveral(Session& session,
                                       const std::vector<v1::ReportCallEventRequest>& events) {
  Results results;
  const absl::Status sent = SendBatches(session, events, results);
  if (sent.ok() || !results.empty()) {
    if (absl::Status printed = PrintResults(session, events, results); !printed.ok()) {
      return printed;
    }
  }
  if (!sent.ok()) {
    session.err << "callctl: " << results.size() << " of " << events.size()
                << " events are through; reporting all of them again does no harm\n";
    return sent;
  }
  std::size_t failed = 0;
  for (const auto& result : results) failed += result.has_response() ? 0 : 1;
  session.err << "callctl: " << events.size() - failed << " of " << events.size()
              << " events recorded, " << failed << " failed\n";
  return failed == 0 ? ExitCode::kOk : ExitCode::kEventsRefused;
}

std::size_t BatchLength(const std::vector<v1::ReportCallEventRequest>& events, std::size_t begin) {
  std::size_t bytes = 0;
  std::size_t length = 0;
  while (begin + length < events.size() && length < kMaxBatchLength) {
    bytes += events[begin + length].ByteSizeLong();
    if (bytes > kMaxBatchBytes && length > 0) break;
    ++length;
  }
  return length;
}

}  // namespace autopulse::callevents::callctl
