// vapi-webhook-adapter: takes VAPI's webhooks and reports them to the call event service.

#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "adapter/admin/admin_api.h"
#include "adapter/admin/admin_server.h"
#include "adapter/auth/webhook_auth.h"
#include "adapter/commands/check_auth_command.h"
#include "adapter/commands/dead_letters_command.h"
#include "adapter/commands/replay_command.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/delivery/delivery.h"
#include "adapter/delivery/direct_delivery.h"
#include "adapter/delivery/spool_upkeep.h"
#include "adapter/program.h"
#include "adapter/relay/relay.h"
#include "adapter/settings/adapter_settings.h"
#include "adapter/webhook_handler.h"
#include "adapter/webhook_server.h"
#include "persistence/spool/event_spool.h"
#include "services/base/clock.h"
#include "services/base/config.h"
#include "services/base/counters.h"
#include "services/base/log.h"
#include "services/base/process.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr char kFooter[] =
    "Without a command it takes webhooks:\n"
    "  vapi-webhook-adapter --webhook-secret-file=var/webhook-secret --spool=var/spool.db\n"
    "Each setting may come from the environment too: VAPI_WEBHOOK_ADAPTER_LISTEN, ...";

using persistence::spool::EventSpool;

bool HasFiles(const auth::AuthFiles& files) {
  return !files.secret_file.empty() || !files.auth_file.empty();
}

absl::StatusOr<WebhookAuth> MakeAuth(const AdapterSettings& settings) {
  if (!HasFiles(settings.auth_files) && settings.insecure_no_auth) {
    base::LogWarning("webhooks are taken from anyone: --insecure-no-auth");
    return WebhookAuth();
  }
  absl::StatusOr<auth::AuthPolicy> policy = auth::LoadAuthPolicy(settings.auth_files);
  if (!policy.ok()) return policy.status();
  return WebhookAuth(*std::move(policy));
}

void ReloadAuth(const auth::AuthFiles& files, WebhookAuth& auth) {
  if (!HasFiles(files)) return base::LogInfo("nothing to load again: there are no secrets");
  const absl::Status reloaded = auth.Reload(files);
  if (!reloaded.ok()) {
    return base::LogError("webhook authentication not loaded again, the old one stays",
                          {{"error", reloaded.message()}});
  }
  base::LogInfo("webhook authentication loaded again",
                {{"methods", auth.current()->methods().size()}});
}

void ReloadTls(http::TlsListener& tls) {
  const absl::Status reloaded = tls.Reload();
  if (!reloaded.ok()) {
    return base::LogError("certificate not loaded again, the old one stays",
                          {{"error", reloaded.message()}});
  }
  base::LogInfo("certificate loaded again");
}

// `tls` is null where webhooks come in clear.
void Reload(const auth::AuthFiles& files, WebhookAuth& auth, http::TlsListener* tls) {
  ReloadAuth(files, auth);
  if (tls != nullptr) ReloadTls(*tls);
}

void SayReady(const http::Server::Options& listener, int port, absl::string_view service) {
  const std::string host = listener.listen.substr(0, listener.listen.rfind(':'));
  std::cout << kProgram << " ready on " << (listener.tls == nullptr ? "http://" : "https://")
            << host << ':' << port << " (service " << service << ")" << std::endl;
}

void LogCounters(const base::Counters& counters) {
  for (const auto& [series, count] : counters.Snapshot()) {
    base::LogInfo("counted", {{"series", series}, {"count", count}});
  }
}

// `delivery` is null where there is no spool.
WebhookHandler::Options HandlerOptions(const AdapterSettings& settings, Delivery* delivery) {
  WebhookHandler::Options options{.register_unknown_calls =
                                      settings.service.register_unknown_calls};
  if (!settings.relay.targets.empty()) {
    options.relay = std::make_shared<relay::Relay>(settings.relay);
  }
  if (delivery == nullptr || settings.insecure_no_auth) return options;
  // What just anyone sends is not worth the disk.
  options.keep_malformed = [delivery](absl::string_view body, const absl::Status& error,
                                      absl::Time receive_time) {
    delivery->KeepMalformed(body, error, receive_time);
  };
  return options;
}

// A caller that the service does not let in is the operator's mistake: nobody else would tell.
void NoteRefusal(const absl::Status& refusal, base::Counters& counters) {
  counters.Increment("service_refused", absl::StatusCodeToString(refusal.code()));
  base::LogError("the service does not let the adapter in: see --token-file and --service-tls-cert",
                 {{"error", refusal.message()}});
}

// What is done with a spool while webhooks come in.
struct Spooling {
  Spooling(const AdapterSettings& settings, const CallEventClient& client, EventSpool& spool,
           base::Counters& counters)
      : delivery(client, spool, counters, Delivery::Options{.retry = settings.retry},
                 base::SteadyClock()),
        upkeep(spool, settings.dead_letter_retention, base::SystemClock()),
        api({.spool = spool,
             .client = client,
             .counters = counters,
             .register_unknown_calls = settings.service.register_unknown_calls}) {
    base::LogInfo("spool open", {{"pending", spool.pending()}});
    delivery.Start();
    upkeep.Start();
  }

  // Starts the listener for operators, if there is to be one.
  absl::Status StartAdmin(const AdapterSettings& settings, base::Counters& counters,
                          std::function<void()> on_failure) {
    if (settings.admin_listen.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(auto policy, auth::LoadBearerPolicy(settings.admin_token_file));
    admin.emplace(AdminServer::Options{.listen = settings.admin_listen,
                                       .policy = std::move(policy),
                                       .allow_remote = settings.insecure_admin_listen},
                  api, counters);
    RETURN_IF_ERROR(admin->Start(std::move(on_failure)));
    base::LogInfo("admin listener ready", {{"port", admin->port()}});
    return absl::OkStatus();
  }

  Delivery delivery;
  SpoolUpkeep upkeep;
  AdminApi api;
  std::optional<AdminServer> admin;
};

// `spool` may be null.
int Run(const AdapterSettings& settings, const http::Server::Options& listener,
        CallEventClient::Options client_options, WebhookAuth auth, EventSpool* spool) {
  base::Counters counters;
  client_options.on_refusal = [&counters](const absl::Status& refusal) {
    NoteRefusal(refusal, counters);
  };
  const CallEventClient client(client_options);
  std::atomic<bool> failed{false};
  const auto fail = [&failed] {
    failed = true;
    kill(getpid(), SIGTERM);
  };
  std::optional<Spooling> spooling;
  if (spool != nullptr) {
    spooling.emplace(settings, client, *spool, counters);
    const absl::Status admin = spooling->StartAdmin(settings, counters, fail);
    if (!admin.ok()) return Fail(base::kExitConfiguration, admin.message());
  }
  DirectDelivery direct(client);
  Delivery* const delivery = spooling.has_value() ? &spooling->delivery : nullptr;
  EventSink& events = delivery != nullptr ? static_cast<EventSink&>(*delivery) : direct;
  const WebhookHandler handler(HandlerOptions(settings, delivery), events, base::SystemClock(),
                               counters);
  WebhookServer server(listener, auth, handler, counters);

  const absl::Status started = server.Start(fail);
  if (!started.ok()) {
    return Fail(absl::IsInvalidArgument(started) ? base::kExitUsage : base::kExitFailure,
                started.message());
  }
  SayReady(listener, server.port(), settings.service.options.channel.service);

  base::AwaitStopSignal([&] { Reload(settings.auth_files, auth, listener.tls.get()); });
  if (spooling.has_value()) spooling->api.Stop();
  server.Stop();
  if (spooling.has_value()) spooling->delivery.Stop();
  LogCounters(counters);
  return failed ? base::kExitFailure : base::kExitOk;
}

// A spool that another program has locked is waited for, which a signal may end.
absl::StatusOr<std::unique_ptr<EventSpool>> OpenSpool(const std::string& path) {
  const base::StoppableStart start;
  absl::StatusOr<std::unique_ptr<EventSpool>> spool = EventSpool::Open(path, absl::Now(), {});
  if (spool.ok()) return spool;
  return absl::Status(spool.status().code(),
                      absl::StrCat("cannot use the spool ", path, ": ", spool.status().message()));
}

int Main(int argc, const char* const* argv) {
  AdapterSettings settings;
  base::Settings parser(
      kProgram, "Takes VAPI's webhooks and reports them to the call event service.", kFooter);
  AddAdapterSettings(settings, parser);
  AddDeadLettersCommand(parser);
  AddReplayCommand(parser);
  AddCheckAuthCommand(parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return *exit_code;
  base::PrepareServerProcess();
  base::SetLogLevel(settings.log_level);
  const absl::Status checked = CheckAdapterSettings(settings);
  if (!checked.ok()) return FailOnSettings(checked);
  const absl::StatusOr<http::Server::Options> listener = ReadListenerSettings(settings.listener);
  if (!listener.ok()) return FailOnSettings(listener.status());
  absl::StatusOr<WebhookAuth> auth = MakeAuth(settings);
  if (!auth.ok()) return Fail(base::kExitConfiguration, auth.status().message());
  absl::StatusOr<CallEventClient::Options> client_options = ReadServiceSettings(settings.service);
  if (!client_options.ok()) return FailOnSettings(client_options.status());
  std::unique_ptr<EventSpool> spool;
  if (!settings.spool.empty()) {
    absl::StatusOr<std::unique_ptr<EventSpool>> opened = OpenSpool(settings.spool);
    if (!opened.ok()) return Fail(base::kExitConfiguration, opened.status().message());
    spool = *std::move(opened);
  }
  return Run(settings, *listener, *std::move(client_options), *auth, spool.get());
}

}  // namespace
}  // namespace autopulse::callevents::adapter

int main(int argc, char** argv) {
  autopulse::callevents::base::MakePrivateFiles();
  std::signal(SIGPIPE, SIG_IGN);  // output is lost then; what a command does is not
  return autopulse::callevents::adapter::Main(argc, argv);
}
