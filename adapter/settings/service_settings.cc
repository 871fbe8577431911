#include "adapter/settings/service_settings.h"

#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr base::Choice<bool> kUnknownCalls[] = {{"reject", false}, {"create", true}};

}  // namespace

void AddServiceSettings(ServiceSettings& settings, base::Settings& parser) {
  parser.Add("service", settings.options.channel.service,
             "HOST:PORT or unix:PATH of call-event-service, or several with commas");
  parser.Add("service-deadline", settings.options.deadline,
             "How long the service may take to record one event");
  for (const client::ChannelSetting& setting : client::kChannelSettings) {
    parser.Add(setting.name, settings.channel.*setting.value, setting.help);
  }
  parser.AddChoice("unknown-calls", settings.register_unknown_calls, kUnknownCalls,
                   "What becomes of inbound calls that nobody registered");
}

absl::StatusOr<CallEventClient::Options> ReadServiceSettings(const ServiceSettings& settings) {
  if (settings.options.deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--service-deadline must be more than zero");
  }
  CallEventClient::Options options = settings.options;
  ASSIGN_OR_RETURN(options.channel,
                   client::ReadChannelSettings(options.channel.service, settings.channel));
  return options;
}

}  // namespace autopulse::callevents::adapter
