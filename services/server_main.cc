// call-event-service: keeps the state of calls. Wiring only.

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "persistence/open_database.h"
#include "services/base/clock.h"
#include "services/base/config.h"
#include "services/base/log.h"
#include "services/base/process.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/event_lane.h"
#include "services/core/event_recorder.h"
#include "services/core/journal_tail.h"
#include "services/core/registrar.h"
#include "services/grpc/call_event_service.h"
#include "services/grpc/server.h"

namespace {

using namespace autopulse::callevents;  // NOLINT(google-build-using-namespace): wiring

constexpr absl::string_view kProgram = "call-event-service";
constexpr std::size_t kFeedCapacity = 1024;

struct Options {
  std::string listen = "127.0.0.1:50051";
  std::string database = "sqlite:calls.db";
  bool migrate = false;
  std::string report_status = "completed";
  std::int64_t workers = 8;
  absl::Duration drain = absl::Seconds(10);
  std::string log_level = "info";
};

std::optional<int> ReadOptions(int argc, char** argv, Options& options) {
  base::Settings settings(
      std::string(kProgram), "Keeps the state of calls by recording what happened to them.",
      "Examples:\n"
      "  call-event-service --database=sqlite:var/calls.db\n"
      "  call-event-service --listen=127.0.0.1:0 --report-status=ended-reason\n\n"
      "Each setting can be given in the environment too: --listen is CALL_EVENT_SERVICE_LISTEN.\n"
      "Exit codes: 0 stopped by a signal, 1 cannot listen, 2 wrong settings, 3 no such database.");
  settings.Add("listen", options.listen, "HOST:PORT to serve gRPC on; port 0 picks a free one");
  settings.Add("database", options.database,
               "sqlite:FILE, made if it is not there, or postgresql://...");
  settings.AddFlag("migrate", options.migrate,
                   "Upgrade a database of an older version first, instead of refusing it");
  settings.AddChoice("report-status", options.report_status, {"completed", "ended-reason"},
                     "What an end-of-call report makes of its call: Completed, or what its ended "
                     "reason says");
  settings.Add("workers", options.workers, "Threads that read the database");
  settings.Add("drain", options.drain, "How long to wait for what is in flight when stopped");
  settings.AddChoice("log-level", options.log_level, {"debug", "info", "warning", "error"},
                     "The least level that is logged");
  return settings.Parse(argc, argv);
}

// A URL may hold a password.
std::string NameForDisplay(const std::string& database) {
  return absl::StartsWith(database, "sqlite:") ? database : "postgresql";
}

int Fail(int exit_code, const absl::Status& why) {
  std::cerr << kProgram << ": " << why.message() << "\n";
  return exit_code;
}

int Serve(const Options& options) {
  absl::StatusOr<std::unique_ptr<core::CallStore>> store =
      persistence::OpenCallStore(options.database, {.migrate = options.migrate});
  if (!store.ok()) return Fail(base::kExitConfiguration, store.status());
  const absl::StatusOr<std::int64_t> last_sequence = core::AwaitSettledSequence(**store);
  if (!last_sequence.ok()) return Fail(base::kExitConfiguration, last_sequence.status());

  domain::RuleOptions rules;
  if (options.report_status == "ended-reason") {
    rules.report_status = domain::ReportStatus::kEndedReason;
  }
  const base::Clock clock = base::SystemClock();
  core::CallFeed feed(*last_sequence, kFeedCapacity);
  // Alone with its database, the service hands on what it records; else it follows the journal.
  std::optional<core::JournalTail> tail;
  if ((*store)->is_shared()) tail.emplace(**store, feed);
  const auto publish = [&](std::vector<core::FeedEntry> entries) {
    tail ? tail->Wake() : feed.Publish(std::move(entries));
  };
  core::EventRecorder recorder(**store, publish, rules, clock);
  core::EventLane lane(recorder);
  core::Registrar registrar(**store, clock);
  base::WorkQueue workers(static_cast<std::size_t>(options.workers));
  rpc::CallEventService service({.store = **store,
                                 .lane = lane,
                                 .registrar = registrar,
                                 .feed = feed,
                                 .workers = workers,
                                 .rules = rules,
                                 .clock = clock});
  absl::StatusOr<std::unique_ptr<rpc::Server>> server = rpc::Server::Start(service, options.listen);
  if (!server.ok()) return Fail(base::kExitFailure, server.status());

  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  std::cout << kProgram << " ready on " << host << ":" << (*server)->port() << " (database "
            << NameForDisplay(options.database) << ")" << std::endl;
  const int signal = base::AwaitStopSignal([] { base::LogInfo("nothing to reload"); });
  base::LogInfo("stopping", {{"signal", signal}});
  (*server)->Stop(options.drain);
  base::LogInfo("stopped");
  return base::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  base::PrepareServerProcess();

  Options options;
  if (const std::optional<int> exit_code = ReadOptions(argc, argv, options)) return *exit_code;
  if (options.workers < 1) {
    return Fail(base::kExitUsage, absl::InvalidArgumentError("--workers: at least 1 is needed"));
  }
  base::SetLogLevel(options.log_level);
  return Serve(options);
}
