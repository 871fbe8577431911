#include "adapter/settings/service_settings.h"

#include <utility>

namespace autopulse::callevents::adapter {

void AddServiceSettings(ServiceSettings& settings, base::Settings& parser) {
  parser.Add("service", settings.service,
             "HOST:PORT or unix:PATH of call-event-service, or several with commas");
  parser.Add("service-deadline", settings.deadline,
             "How long the service may take to record one event");
  for (const client::ChannelSetting& setting : client::kChannelSettings) {
    parser.Add(setting.name, settings.channel.*setting.value, setting.help);
  }
}

absl::StatusOr<CallEventClient::Options> ReadServiceSettings(const ServiceSettings& settings) {
  if (settings.deadline <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("--service-deadline must be more than zero");
  }
  absl::StatusOr<client::ChannelOptions> channel =
      client::ReadChannelSettings(settings.service, settings.channel);
  if (!channel.ok()) return channel.status();
  return CallEventClient::Options{.channel = *std::move(channel), .deadline = settings.deadline};
}

base::ExitCode ExitCodeFor(const absl::Status& error) {
  return absl::IsInvalidArgument(error) ? base::kExitUsage : base::kExitConfiguration;
}

}  // namespace autopulse::callevents::adapter
