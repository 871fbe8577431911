// call-event-service: keeps the state of calls. Wiring only.

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "persistence/open_database.h"
#include "services/base/clock.h"
#include "services/base/config.h"
#include "services/base/log.h"
#include "services/base/process.h"
#include "services/base/spare_memory.h"
#include "services/base/work_queue.h"
#include "services/core/call_feed.h"
#include "services/core/eraser.h"
#include "services/core/event_lanes.h"
#include "services/core/event_recorder.h"
#include "services/core/housekeeper.h"
#include "services/core/journal_tail.h"
#include "services/core/readiness.h"
#include "services/core/registrar.h"
#include "services/core/report_status_choices.h"
#include "services/core/retention.h"
#include "services/core/watched_store.h"
#include "services/grpc/call_event_service.h"
#include "services/grpc/caller_table.h"
#include "services/grpc/gatekeeper.h"
#include "services/grpc/server.h"

namespace {

using namespace autopulse::callevents;  // NOLINT(google-build-using-namespace): wiring

constexpr absl::string_view kProgram = "call-event-service";
constexpr std::size_t kFeedCapacity = 1024;
// Transactions that commit side by side, where the database takes more than one.
constexpr std::size_t kSharedLanes = 4;
// Who needs a connection besides lanes and workers, now and then: what follows the journal, what
// tidies up, what looks whether events can be recorded, and watchers that are behind. With fewer a
// lane would wait for readers.
constexpr std::size_t kOtherConnections = 3 + rpc::kWatchPumps;
// After the drain, for what ends with it.
constexpr absl::Duration kStopGrace = absl::Seconds(5);

struct Options {
  rpc::ServerOptions server;
  std::string tokens_file;
  std::string database = "sqlite:calls.db";
  bool migrate = false;
  core::RetentionOptions retention = {.fold_window = absl::Hours(24 * 30)};
  absl::Duration housekeeping = absl::Minutes(10);
  std::int64_t workers = 8;
  absl::Duration drain = absl::Seconds(10);
  base::LogLevel log_level = base::LogLevel::kInfo;
};

void AddServerSettings(base::Settings& settings, Options& options) {
  rpc::ServerOptions& server = options.server;
  settings.AddList("listen", server.listen,
                   "HOST:PORT or unix:PATH to serve gRPC on; port 0 picks a free one");
  settings.Add("socket-group", server.socket_group,
               "Group that may use the unix sockets; none: only their owner");
  settings.Add("tls-cert", server.tls.certificate, "PEM file with the server's certificate");
  settings.Add("tls-key", server.tls.key, "PEM file with its key");
  settings.Add("tls-client-ca", server.tls.client_authority,
               "PEM file with who signs client certificates; from now on every client needs one");
  settings.Add("tokens-file", options.tokens_file,
               "JSON file with who may send which requests; SIGHUP reads it again");
  settings.AddFlag("reflection", server.reflection,
                   "Describe the API to clients of other machines too");
  settings.AddFlag("insecure", server.insecure,
                   "Listen to other machines without TLS or without asking who they are");
}

std::optional<int> ReadOptions(int argc, char** argv, Options& options) {
  base::Settings settings(
      std::string(kProgram), "Keeps the state of calls by recording what happened to them.",
      "Examples:\n"
      "  call-event-service --database=sqlite:var/calls.db\n"
      "  call-event-service --listen=127.0.0.1:0 --report-status=ended-reason\n"
      "  call-event-service --listen=0.0.0.0:50051 --tls-cert=service.pem --tls-key=service.key "
      "\\\n"
      "      --tokens-file=tokens.json\n\n"
      "Each setting can be given in the environment too: --listen is CALL_EVENT_SERVICE_LISTEN.\n"
      "Exit codes: 0 stopped by a signal, 1 cannot listen or did not end in time, 2 wrong\n"
      "settings, 3 a file or database that the settings name does not do.");
  AddServerSettings(settings, options);
  settings.Add("database", options.database,
               "sqlite:FILE, made if it is not there, or postgresql://...");
  settings.AddFlag("migrate", options.migrate,
                   "Upgrade a database of an older version first, instead of refusing it");
  settings.AddChoice("report-status", options.retention.rules.report_status,
                     core::kReportStatusChoices,
                     "What an end-of-call report makes of its call: Completed, or what its ended "
                     "reason says");
  settings.Add("fold-window", options.retention.fold_window,
               "How long after a call's last event to keep what its events said; 0 keeps it");
  settings.Add("erase-after", options.retention.erase_after,
               "How long after the last of a call to erase what is personal in it; 0 never does");
  settings.Add("housekeeping", options.housekeeping, "How often to look for such calls");
  settings.Add("workers", options.workers, "Threads that read the database");
  settings.Add("drain", options.drain, "How long to wait for what is in flight when stopped");
  settings.AddLogLevel(options.log_level);
  return settings.Parse(argc, argv);
}

// 2 if the settings are wrong, 3 if what they name does not do, 1 for the rest.
int ExitCodeFor(const absl::Status& status) {
  if (absl::IsInvalidArgument(status)) return base::kExitUsage;
  return absl::IsFailedPrecondition(status) ? base::kExitConfiguration : base::kExitFailure;
}

absl::Status ReadCallers(const std::string& tokens_file, rpc::Gatekeeper& gatekeeper) {
  if (tokens_file.empty()) return absl::OkStatus();
  absl::StatusOr<std::shared_ptr<const rpc::CallerTable>> callers =
      rpc::CallerTable::ReadFile(tokens_file);
  if (!callers.ok()) return callers.status();
  base::LogInfo("callers read", {{"file", tokens_file}, {"callers", (*callers)->size()}});
  gatekeeper.SetCallers(*std::move(callers));
  return absl::OkStatus();
}

// Reads the file of tokens again, and ends the streams of those who are not in it any more. One
// that cannot be used changes nothing.
void Reload(const std::string& tokens_file, rpc::Gatekeeper& gatekeeper,
            rpc::CallEventService& service) {
  if (tokens_file.empty()) {
    base::LogInfo("nothing to reload");
    return;
  }
  const absl::Status read = ReadCallers(tokens_file, gatekeeper);
  if (!read.ok()) {
    base::LogError("callers stay as they were", {{"error", read.message()}});
    return;
  }
  service.AdmitWatchersAgain(
      [&gatekeeper](const rpc::Arrival& arrival) { return gatekeeper.Admit(arrival); });
}

// A URL may hold a password.
std::string NameForDisplay(const std::string& database) {
  return absl::StartsWith(database, "sqlite:") ? database : "postgresql";
}

int Fail(int exit_code, const absl::Status& why) {
  std::cerr << kProgram << ": " << why.message() << "\n";
  return exit_code;
}

absl::Status Check(const Options& options) {
  if (options.workers < 1) return absl::InvalidArgumentError("--workers: at least 1 is needed");
  if (options.housekeeping <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError(
        "--housekeeping: more than 0 is needed; what keeps all is --fold-window=0 and "
        "--erase-after=0");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<core::CallStore>> OpenDatabase(const Options& options) {
  return persistence::OpenCallStore(
      options.database, {.migrate = options.migrate,
                         .connections = kSharedLanes + static_cast<std::size_t>(options.workers) +
                                        kOtherConnections});
}

// What records events, answers for them, tells watchers and forgets, on a store whose journal is
// settled up to `last_sequence`.
struct Recording {
  Recording(const Options& options, core::CallStore& store, std::int64_t last_sequence)
      : feed(last_sequence, kFeedCapacity),
        recorder(
            store, [this](const auto& receipts) { Publish(receipts); }, options.retention.rules,
            clock),
        lanes(recorder, store.is_shared() ? kSharedLanes : 1),
        registrar(store, clock),
        eraser(
            store, [this] { feed.Forget(); }, clock),
        retention(store, eraser, options.retention, clock),
        workers("worker", static_cast<std::size_t>(options.workers)),
        service({.store = store,
                 .lanes = lanes,
                 .registrar = registrar,
                 .eraser = eraser,
                 .feed = feed,
                 .workers = workers,
                 .rules = options.retention.rules,
                 .clock = clock}) {
    if (store.is_shared()) tail.emplace(store, feed);
  }

  // Alone with its database, the service hands on what it records; else it follows the journal.
  void Publish(const core::EventRecorder::Receipts& receipts) {
    tail ? tail->Wake() : core::PublishNew(receipts, feed);
  }

  const base::Clock clock = base::SystemClock();
  core::CallFeed feed;
  std::optional<core::JournalTail> tail;
  core::EventRecorder recorder;
  core::EventLanes lanes;
  core::Registrar registrar;
  core::Eraser eraser;
  core::Retention retention;
  base::WorkQueue workers;
  rpc::CallEventService service;
};

// Says where the service is, and returns once it is to stop.
void AwaitStop(const Options& options, const rpc::Server& server, rpc::Gatekeeper& gatekeeper,
               rpc::CallEventService& service) {
  std::cout << kProgram << " ready on " << absl::StrJoin(server.addresses(), " and ")
            << " (database " << NameForDisplay(options.database) << ")" << std::endl;
  const int signal =
      base::AwaitStopSignal([&] { Reload(options.tokens_file, gatekeeper, service); });
  base::LogInfo("stopping", {{"signal", signal}});
}

int Serve(const Options& options) {
  rpc::Gatekeeper gatekeeper;
  const absl::Status read = ReadCallers(options.tokens_file, gatekeeper);
  if (!read.ok()) return Fail(ExitCodeFor(read), read);
  // Before the database is opened, and perhaps upgraded, for nothing.
  const absl::Status possible = rpc::Server::Check(options.server, gatekeeper);
  if (!possible.ok()) return Fail(ExitCodeFor(possible), possible);
  std::optional<base::StopLimit> stop_limit;  // here, for it bounds how long all below take to end
  std::optional<base::StoppableStart> start(std::in_place);
  const absl::StatusOr<std::unique_ptr<core::CallStore>> database = OpenDatabase(options);
  if (!database.ok()) return Fail(base::kExitConfiguration, database.status());
  core::WatchedStore store(**database);
  const absl::StatusOr<std::int64_t> last_sequence = core::AwaitSettledSequence(store);
  if (!last_sequence.ok()) return Fail(base::kExitConfiguration, last_sequence.status());
  Recording recording(options, store, *last_sequence);
  absl::StatusOr<std::unique_ptr<rpc::Server>> server =
      rpc::Server::Start(recording.service, gatekeeper, options.server);
  if (!server.ok()) return Fail(ExitCodeFor(server.status()), server.status());
  start.reset();

  const core::Readiness readiness(store, [&](bool ready) { (*server)->SetReady(ready); });
  const core::Housekeeper housekeeper(recording.retention, recording.eraser, options.housekeeping);
  const base::SpareMemory spare_memory;
  const base::DescriptorWatch descriptors;
  AwaitStop(options, **server, gatekeeper, recording.service);
  // What is lost with those who wait was not acknowledged.
  stop_limit.emplace(options.drain + kStopGrace, "the database or clients");
  (*server)->Stop(options.drain);
  base::LogInfo("stopped");
  return base::kExitOk;
}

}  // namespace

int main(int argc, char** argv) {
  base::MakePrivateFiles();
  base::PrepareServerProcess();

  Options options;
  if (const std::optional<int> exit_code = ReadOptions(argc, argv, options)) return *exit_code;
  if (const absl::Status checked = Check(options); !checked.ok()) {
    return Fail(base::kExitUsage, checked);
  }
  base::SetLogLevel(options.log_level);
  return Serve(options);
}
