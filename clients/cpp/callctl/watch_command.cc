#include "clients/cpp/callctl/watch_command.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/formatting.h"
#include "clients/cpp/callctl/stop_signals.h"
#include "clients/cpp/callctl/terminal_text.h"
#include "clients/cpp/callctl/text_table.h"
#include "clients/cpp/callctl/views.h"
#include "clients/cpp/callctl/words.h"

namespace autopulse::callevents::callctl {
namespace {

struct WatchOptions {
  v1::WatchCallsRequest request;
  std::int64_t count = 0;  // 0: without end
};

// Prints responses as they come, and asks for an end after `count` events.
class Printer {
 public:
  Printer(Session& session, std::int64_t count, std::stop_source stop)
      : session_(session), count_(count), stop_(std::move(stop)) {}

  void Print(const v1::WatchCallsResponse& response) {
    if (!response.resume_token().empty()) resume_token_ = response.resume_token();
    // A keep-alive says nothing but that the stream is alive.
    if (!response.has_event()) return;
    if (session_.format == OutputFormat::kJson) {
      status_.Update(PrintJsonLine(session_.out, response));
    } else {
      PrintAsRow(response);
    }
    session_.out.flush();
    ++printed_;
    const bool enough = count_ > 0 && printed_ == count_;
    if (enough || !session_.out || !status_.ok()) stop_.request_stop();
  }

  // The first failure to print, if there was one.
  const absl::Status& status() const { return status_; }
  const std::string& resume_token() const { return resume_token_; }

 private:
  void PrintAsRow(const v1::WatchCallsResponse& response) {
    const v1::CallEvent& event = response.event();
    const v1::Call& call = response.call();
    if (printed_ == 0) table_.PrintTitles(session_.out);
    table_.PrintRow(session_.out,
                    {EventTime(event), call.name(), EventKind(event),
                     StatusWord(event.call_status(), event.call_status_text()),
                     OutcomeWord(event.outcome()), EventDetail(event), LastSegment(event.name())});
  }

  Session& session_;
  const std::int64_t count_;
  std::stop_source stop_;
  std::int64_t printed_ = 0;
  absl::Status status_;
  std::string resume_token_;
  const TextTable table_{{{.title = "TIME", .min_width = 24},
                          {.title = "CALL", .min_width = 11},
                          {.title = "KIND", .min_width = 6},
                          {.title = "CALL STATUS", .min_width = 11},
                          {.title = "OUTCOME", .min_width = 7},
                          {.title = "DETAIL", .min_width = 24},
                          {.title = "EVENT"}}};
};

absl::StatusOr<ExitCode> Watch(Session& session, const WatchOptions& options) {
  // Whether the service is there, and takes the filter, is better known at once than after a while
  // of reconnecting.
  v1::ListCallsRequest probe;
  probe.set_filter(options.request.filter());
  probe.set_page_size(1);
  if (const auto calls = session.client.ListCalls(probe); !calls.ok()) return calls.status();

  std::stop_source stop;
  const StopSignals signals(stop);
  Printer printer(session, options.count, stop);
  client::WatchHandlers handlers;
  handlers.on_response = [&printer](const auto& response) { printer.Print(response); };
  handlers.on_disconnect = [&session](const absl::Status& reason, absl::Duration delay) {
    session.err << "callctl: the stream broke (" << EscapeForTerminal(reason.message())
                << "); trying again in "
                << absl::FormatDuration(absl::Trunc(delay, absl::Milliseconds(1))) << std::endl;
  };
  absl::Status status = session.client.Watch(options.request, handlers, stop.get_token());
  status.Update(printer.status());
  if (session.format == OutputFormat::kTable && !printer.resume_token().empty()) {
    session.err << "callctl: go on from here with --resume-token="
                << EscapeForTerminal(printer.resume_token()) << '\n';
  }
  if (!status.ok()) return status;
  return ExitCode::kOk;
}

}  // namespace

void AddWatchCommand(CLI::App& calls, Command& chosen) {
  CLI::App& command = AddCommand(calls, "watch", "Show events as they are recorded, until Ctrl-C",
                                 "callctl calls watch\n"
                                 "callctl calls watch --filter='status = \"Failed\"' --count=1\n"
                                 "callctl calls watch -o json | jq -r .call.name");
  auto options = std::make_shared<WatchOptions>();
  command
      .add_option("--filter", *options->request.mutable_filter(),
                  "Which calls, as for callctl calls list")
      ->type_name("FILTER");
  command
      .add_option("--resume-token", *options->request.mutable_resume_token(),
                  "Begin with what came after this token")
      ->type_name("TOKEN");
  command.add_option("--count", options->count, "Exit after so many events")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.callback([options, &chosen] {
    chosen = [options](Session& session) { return Watch(session, *options); };
  });
}

}  // namespace autopulse::callevents::callctl
