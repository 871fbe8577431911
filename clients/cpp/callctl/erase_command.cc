#include "clients/cpp/callctl/erase_command.h"

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "clients/cpp/callctl/adapter_admin.h"
#include "clients/cpp/callctl/arguments.h"
#include "clients/cpp/callctl/calls_commands.h"
#include "clients/cpp/callctl/command_options.h"
#include "clients/cpp/callctl/terminal_text.h"
#include "clients/cpp/channel_settings.h"

namespace autopulse::callevents::callctl {
namespace {

using client::CallEventsClient;

constexpr int kEventsPage = 500;  // small ones: an erased event says nothing

struct EraseOptions {
  std::string call;  // its name, calls/15
  bool yes = false;
  bool with_service_record = false;
  std::vector<std::string> adapters;     // URLs
  std::vector<std::string> token_files;  // one for all of them, or one for each
};

// Whether whoever sits at the terminal says yes.
bool Confirms(Session& session, const std::string& name) {
  session.err << "callctl: erase the personal data of " << name
              << "? This cannot be undone. Type yes to go on: ";
  session.err.flush();
  std::string answer;
  return std::getline(session.in, answer) && answer == "yes";
}

// Reads what is said of the adapters, before anything is erased.
absl::StatusOr<std::vector<AdapterAddress>> ReadAdapters(const Session& session,
                                                         const EraseOptions& options) {
  const std::size_t files = options.token_files.size();
  if (files != options.adapters.size() && (files != 1 || options.adapters.empty())) {
    return absl::InvalidArgumentError(
        "--adapter and --adapter-token-file need each other: one file for all, or one for each");
  }
  std::vector<AdapterAddress> adapters;
  for (std::size_t i = 0; i < options.adapters.size(); ++i) {
    const std::string& url = options.adapters[i];
    if (SendsInClear(url) && !session.tokens_in_clear) {
      return absl::InvalidArgumentError(
          absl::StrCat("--adapter: the token would go to ", url,
                       " without TLS, for others to read; --token-in-clear=anywhere sends it"));
    }
    absl::StatusOr<std::string> token =
        client::ReadTokenFile(options.token_files[files == 1 ? 0 : i]);
    if (!token.ok()) return token.status();
    adapters.push_back({url, *std::move(token)});
  }
  return adapters;
}

// All that an adapter may know the call by: its number, and the provider's ids that the service
// knows of it. The events keep them when the call is erased; the attempts do not, and a repeat has
// to find the same names.
absl::StatusOr<std::set<std::string>> NamesOf(Session& session, const v1::Call& call) {
  std::set<std::string> names = {std::string(absl::StripPrefix(call.name(), "calls/"))};
  if (!call.provider_call_id().empty()) names.insert(call.provider_call_id());
  v1::ListCallEventsRequest request;
  request.set_parent(call.name());
  request.set_page_size(kEventsPage);
  const auto add = [&names](const v1::ListCallEventsResponse& page) {
    for (const v1::CallEvent& event : page.events()) {
      if (!event.provider_call_id().empty()) names.insert(event.provider_call_id());
    }
    return true;
  };
  const absl::Status listed =
      session.client.ForEachPage(&CallEventsClient::ListCallEvents, std::move(request), add);
  if (!listed.ok() && !absl::IsNotFound(listed)) return listed;
  return names;
}

absl::StatusOr<ErasedInAdapter> EraseByNames(const Session& session, const AdapterAddress& adapter,
                                             const std::set<std::string>& names) {
  ErasedInAdapter all;
  for (const std::string& name : names) {
    const absl::StatusOr<ErasedInAdapter> erased = EraseInAdapter(adapter, name, session.timeout);
    if (!erased.ok()) return erased.status();
    all.events += erased->events;
    all.dead_letters += erased->dead_letters;
  }
  return all;
}

// Erases in each adapter, whatever becomes of the others, and says so. What the last one that
// failed exits with.
ExitCode EraseInAdapters(Session& session, const std::vector<AdapterAddress>& adapters,
                         const v1::Call& call) {
  if (adapters.empty()) return ExitCode::kOk;
  const absl::StatusOr<std::set<std::string>> names = NamesOf(session, call);
  if (!names.ok()) {
    session.err << "callctl: " << EscapeForTerminal(names.status().message()) << '\n';
    return ExitCodeFor(names.status());
  }
  ExitCode exit_code = ExitCode::kOk;
  for (const AdapterAddress& adapter : adapters) {
    const absl::StatusOr<ErasedInAdapter> erased = EraseByNames(session, adapter, *names);
    session.err << "callctl: " << EscapeForTerminal(adapter.url) << ": ";
    if (erased.ok()) {
      session.err << erased->events << " waiting events and " << erased->dead_letters
                  << " dead letters erased\n";
    } else {
      session.err << "not erased: " << EscapeForTerminal(erased.status().message()) << '\n';
      exit_code = ExitCodeFor(erased.status());
    }
  }
  return exit_code;
}

// The service comes first: what reaches it from then on brings nothing back [X1], whatever an
// adapter still sends.
absl::StatusOr<ExitCode> Erase(Session& session, const EraseOptions& options) {
  const auto adapters = ReadAdapters(session, options);
  if (!adapters.ok()) {
    session.err << "callctl: " << EscapeForTerminal(adapters.status().message()) << '\n';
    return absl::IsInvalidArgument(adapters.status()) ? ExitCode::kUsage : ExitCode::kConfiguration;
  }
  if (!options.yes && !Confirms(session, options.call)) {
    return absl::FailedPreconditionError("nothing was erased: say yes, or give --yes");
  }
  v1::EraseCallRequest request;
  request.set_name(options.call);
  request.set_erase_service_record(options.with_service_record);
  const auto response = session.client.EraseCall(request);
  const absl::Status in_service = About(options.call, response.status());
  // An adapter may hold webhooks of a call that was never registered.
  if (!in_service.ok() && !absl::IsNotFound(in_service)) return in_service;
  v1::Call call;
  call.set_name(options.call);
  if (in_service.ok()) call = response->call();
  const ExitCode in_adapters = EraseInAdapters(session, *adapters, call);
  if (in_adapters != ExitCode::kOk) {
    session.err << "callctl: " << options.call
                << (in_service.ok() ? " is erased in the service, and stays so"
                                    : " is not known to the service")
                << "; adapters may still hold data of it: run this again\n";
    return in_adapters;
  }
  if (!in_service.ok()) return in_service;
  return PrintOneCall(session, call);
}

}  // namespace

void AddEraseCommand(CLI::App& calls, Command& chosen) {
  CLI::App& command = AddCommand(calls, "erase", "Erase what is personal in a call, for ever",
                                 "callctl calls erase 15\n"
                                 "callctl calls erase 15 --with-service-record --yes\n"
                                 "callctl calls erase 15 --adapter=http://127.0.0.1:8081 \\\n"
                                 "    --adapter-token-file=var/admin-token");
  auto options = std::make_shared<EraseOptions>();
  command.add_option("CALL", options->call, "The call: 15 or calls/15")
      ->required()
      ->transform(Reading(ParseCallName));
  command.add_flag("--with-service-record", options->with_service_record,
                   "Also the customer of its service record");
  command
      .add_option(
          "--adapter", options->adapters,
          "Also what this adapter still holds of it: the\nURL of its --admin-listen; may be "
          "repeated")
      ->type_name("URL")
      ->allow_extra_args(false)
      ->transform(Reading(ParseAdapterUrl));
  command
      .add_option("--adapter-token-file", options->token_files,
                  "First line: the admin token of that adapter;\nonce for all, or once for each")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command.add_flag("--yes", options->yes, "Do not ask");
  command.callback([options, &chosen] {
    chosen = [options](Session& session) { return Erase(session, *options); };
  });
}

}  // namespace autopulse::callevents::callctl
