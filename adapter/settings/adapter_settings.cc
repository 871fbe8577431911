#include "adapter/settings/adapter_settings.h"

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "adapter/vapi/message_types.h"
#include "services/base/config.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr char kProgram[] = "vapi-webhook-adapter";

constexpr char kFooter[] =
    "Example:\n"
    "  vapi-webhook-adapter --webhook-secret-file=var/webhook-secret --spool=var/spool.db\n"
    "  vapi-webhook-adapter dead-letters --help\n"
    "  vapi-webhook-adapter replay --help\n"
    "  vapi-webhook-adapter check-auth --help\n"
    "Each setting may come from the environment too: VAPI_WEBHOOK_ADAPTER_LISTEN, ...";

void AddListening(AdapterSettings& settings, base::Settings& parser) {
  AddListenerSettings(settings.listener, parser);
  parser.Add("webhook-secret-file", settings.auth_files.secret_file,
             "File with the secrets, one on each line, that VAPI may send in X-Vapi-Secret");
  parser.Add("webhook-auth-file", settings.auth_files.auth_file,
             "JSON file that says how VAPI proves who it is: secret, bearer, HMAC");
  parser.AddFlag("insecure-no-auth", settings.insecure_no_auth,
                 "Take webhooks from anyone, without a secret");
  parser.AddChoice("log-level", settings.log_level, {"debug", "info", "warning", "error"},
                   "The least level that is logged");
}

void AddService(AdapterSettings& settings, base::Settings& parser) {
  AddServiceSettings(settings.service, parser);
  parser.AddChoice("unknown-calls", settings.unknown_calls, {"reject", "create"},
                   "What becomes of inbound calls that nobody registered");
}

void AddSpool(AdapterSettings& settings, base::Settings& parser) {
  parser.Add("spool", settings.spool,
             "File that keeps events which the service could not take; none: they are refused");
  parser.Add("hold", settings.retry.hold,
             "How long an event that fails holds back those of its call");
  parser.Add("unknown-call-ttl", settings.retry.unknown_call_ttl,
             "How long the spool waits for a call to be registered");
  parser.Add("max-attempts", settings.retry.max_attempts,
             "How often an event may fail by itself before it is given up");
  parser.Add("dead-letter-retention", settings.dead_letter_retention,
             "How long a dead letter is kept; 0s: until somebody discards it");
}

void AddAdmin(AdapterSettings& settings, base::Settings& parser) {
  parser.Add("admin-listen", settings.admin_listen,
             "HOST:PORT for operators: dead letters, the spool, counters; none: nobody is served");
  parser.Add(
      "admin-token-file", settings.admin_token_file,
      "File with the tokens, one on each line, that operators may send as Authorization: Bearer");
  parser.AddFlag("insecure-admin-listen", settings.insecure_admin_listen,
                 "Let --admin-listen be reached from other machines, without TLS");
}

void AddRelay(AdapterSettings& settings, std::string& relay, base::Settings& parser) {
  parser.Add("relay", relay,
             "URL of the server that answers what VAPI waits on, such as tool-calls; or TYPE=URL "
             "for one type; several separated by commas");
  parser.Add("relay-timeout", settings.relay_timeout, "How long that server may take to answer");
  parser.Add("relay-concurrency", settings.relay_concurrency,
             "How many of its answers are waited for at a time; less than --threads");
}

// What is wrong with the values; empty if nothing is.
std::string WrongValue(const AdapterSettings& settings) {
  if (settings.relay_timeout <= absl::ZeroDuration()) {
    return "--relay-timeout must be more than zero";
  }
  // Events must find a thread while every answer is being waited for.
  if (settings.relay_concurrency < 1 || (!settings.relay_targets.empty() &&
                                         settings.relay_concurrency >= settings.listener.threads)) {
    return "--relay-concurrency must be at least 1 and less than --threads";
  }
  if (settings.retry.max_attempts < 1) return "--max-attempts must be more than zero";
  if (!settings.admin_listen.empty() && settings.spool.empty()) {
    return "--admin-listen wants a --spool to look at";
  }
  if (!settings.admin_listen.empty() && settings.admin_token_file.empty()) {
    return "--admin-listen wants a token: name a file with --admin-token-file";
  }
  return "";
}

}  // namespace

std::optional<int> ReadAdapterSettings(int argc, const char* const* argv,
                                       AdapterSettings& settings) {
  base::Settings parser(
      kProgram, "Takes VAPI's webhooks and reports them to the call event service.", kFooter);
  AddListening(settings, parser);
  AddService(settings, parser);
  AddSpool(settings, parser);
  AddAdmin(settings, parser);
  std::string relay;
  AddRelay(settings, relay, parser);
  if (const auto exit_code = parser.Parse(argc, argv)) return exit_code;
  const auto targets = relay::RelayTargets::Parse(relay, vapi::AwaitedTypes());
  if (targets.ok()) settings.relay_targets = *targets;
  const std::string wrong =
      targets.ok() ? WrongValue(settings) : absl::StrCat("--relay: ", targets.status().message());
  if (wrong.empty()) return std::nullopt;
  std::cerr << kProgram << ": " << wrong << '\n';
  return base::kExitUsage;
}

}  // namespace autopulse::callevents::adapter
