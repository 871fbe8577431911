#include "adapter/settings/adapter_settings.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "adapter/vapi/message_types.h"

namespace autopulse::callevents::adapter {
namespace {

void AddListening(AdapterSettings& settings, base::Settings& parser) {
  AddListenerSettings(settings.listener, parser);
  parser.Add("webhook-secret-file", settings.auth_files.secret_file,
             "File with the secrets, one on each line, that VAPI may send in X-Vapi-Secret");
  parser.Add("webhook-auth-file", settings.auth_files.auth_file,
             "JSON file that says how VAPI proves who it is: secret, bearer, HMAC");
  parser.AddFlag("insecure-no-auth", settings.insecure_no_auth,
                 "Take webhooks from anyone, without a secret");
  parser.AddLogLevel(settings.log_level);
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

void AddRelay(AdapterSettings& settings, base::Settings& parser) {
  parser.Add("relay", settings.relay_targets,
             "URL of the server that answers what VAPI waits on, such as tool-calls; or TYPE=URL "
             "for one type; several separated by commas");
  parser.Add("relay-timeout", settings.relay.timeout, "How long that server may take to answer");
  parser.Add("relay-concurrency", settings.relay.concurrency,
             "How many of its answers are waited for at a time; less than --threads");
}

}  // namespace

void AddAdapterSettings(AdapterSettings& settings, base::Settings& parser) {
  AddListening(settings, parser);
  AddServiceSettings(settings.service, parser);
  AddSpool(settings, parser);
  AddAdmin(settings, parser);
  AddRelay(settings, parser);
}

absl::Status CheckAdapterSettings(AdapterSettings& settings) {
  auto targets = relay::RelayTargets::Parse(settings.relay_targets, vapi::AwaitedTypes());
  if (!targets.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--relay: ", targets.status().message()));
  }
  settings.relay.targets = *std::move(targets);
  if (settings.relay.timeout <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--relay-timeout must be more than zero");
  }
  // Events must find a thread while every answer is being waited for.
  if (settings.relay.concurrency < 1 ||
      (!settings.relay.targets.empty() &&
       settings.relay.concurrency >= settings.listener.server.dispatcher.threads)) {
    return absl::InvalidArgumentError(
        "--relay-concurrency must be at least 1 and less than --threads");
  }
  if (settings.retry.max_attempts < 1) {
    return absl::InvalidArgumentError("--max-attempts must be more than zero");
  }
  if (!settings.admin_listen.empty() && settings.spool.empty()) {
    return absl::InvalidArgumentError("--admin-listen wants a --spool to look at");
  }
  if (!settings.admin_listen.empty() && settings.admin_token_file.empty()) {
    return absl::InvalidArgumentError(
        "--admin-listen wants a token: name a file with --admin-token-file");
  }
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::adapter
