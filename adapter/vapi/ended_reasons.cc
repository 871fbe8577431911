#include "adapter/vapi/ended_reasons.h"

#include "absl/strings/match.h"

namespace autopulse::callevents::adapter::vapi {
namespace {

struct Row {
  absl::string_view text;
  v1::EndedReasonGroup group;
};

constexpr auto kAnswered = v1::ENDED_REASON_GROUP_ANSWERED;
constexpr auto kMissed = v1::ENDED_REASON_GROUP_MISSED;
constexpr auto kFailed = v1::ENDED_REASON_GROUP_FAILED;
constexpr auto kElseMissed = v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_MISSED;
constexpr auto kElseFailed = v1::ENDED_REASON_GROUP_ANSWERED_IF_STARTED_ELSE_FAILED;

// Reasons that stand alone, or apart from their family below.
//
// clang-format off
constexpr Row kReasons[] = {
    // A conversation that came to its end.
    {"assistant-ended-call",                               kAnswered},
    {"assistant-ended-call-after-message-spoken",          kAnswered},
    {"assistant-ended-call-with-hangup-task",              kAnswered},
    {"assistant-forwarded-call",                           kAnswered},
    {"assistant-request-returned-forwarding-phone-number", kAnswered},
    {"assistant-said-end-call-phrase",                     kAnswered},
    {"assistant-said-message-with-end-call-enabled",       kAnswered},
    {"call.ending.hook-executed-say",                      kAnswered},
    {"call.ending.hook-executed-transfer",                 kAnswered},
    {"call.forwarding.no-answer",                          kAnswered},
    {"call.forwarding.operator-busy",                      kAnswered},
    {"call.ringing.hook-executed-say",                     kAnswered},
    {"call.ringing.hook-executed-transfer",                kAnswered},
    {"customer-ended-call",                                kAnswered},
    {"customer-ended-call-after-warm-transfer-attempt",    kAnswered},
    {"customer-ended-call-before-warm-transfer",           kAnswered},
    {"customer-ended-call-during-transfer",                kAnswered},
    {"exceeded-max-duration",                              kAnswered},
    {"silence-timed-out",                                  kAnswered},

    // Nobody was reached.
    {"call.in-progress.error-providerfault-outbound-sip-408-request-timeout",         kMissed},
    {"call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable", kMissed},
    {"call.ringing.sip-inbound-caller-hungup-before-call-connect",                    kMissed},
    {"customer-busy",                                                                 kMissed},
    {"customer-did-not-answer",                                                       kMissed},
    {"customer-did-not-give-microphone-permission",                                   kMissed},
    {"voicemail",                                                                     kMissed},

    // The provider ended its leg, whoever was on it.
    {"call.in-progress.sip-completed-call",    kElseMissed},
    {"call.in-progress.twilio-completed-call", kElseMissed},
    {"vonage-completed",                       kElseMissed},
    {"vonage-disconnected",                    kElseMissed},

    // A conversation whose transfer failed, or that was canceled.
    {"call.in-progress.error-transfer-failed",                    kElseFailed},
    {"call.in-progress.error-warm-transfer-assistant-cancelled",  kElseFailed},
    {"call.in-progress.error-warm-transfer-max-duration",         kElseFailed},
    {"call.in-progress.error-warm-transfer-microphone-timeout",   kElseFailed},
    {"call.in-progress.error-warm-transfer-silence-timeout",      kElseFailed},
    {"manually-canceled",                                         kElseFailed},

    // Something went wrong.
    {"assistant-error",                                           kFailed},
    {"assistant-join-timed-out",                                  kFailed},
    {"call-deleted",                                              kFailed},
    {"call-start-error-neither-assistant-nor-server-set",         kFailed},
    {"database-error",                                            kFailed},
    {"db-error",                                                  kFailed},
    {"license-check-failed",                                      kFailed},
    {"no-server-available",                                       kFailed},
    {"phone-call-provider-bypass-enabled-but-no-call-received",   kFailed},
    {"phone-call-provider-closed-websocket",                      kFailed},
    {"pipeline-no-available-model",                               kFailed},
    {"scheduled-call-deleted",                                    kFailed},
    {"sip-gateway-failed-to-connect-call",                        kFailed},
    {"twilio-failed-to-connect-call",                             kFailed},
    {"twilio-reported-customer-misdialed",                        kFailed},
    {"unknown-error",                                             kFailed},
    {"vonage-failed-to-connect-call",                             kFailed},
    {"vonage-rejected",                                           kFailed},
    {"worker-shutdown",                                           kFailed},
};

// Families: every reason that begins so and is not named above.
constexpr Row kFamilies[] = {
    {"assistant-not-",          kFailed},
    {"assistant-request-",      kFailed},
    {"call.in-progress.error-", kFailed},
    {"call.ringing.error-",     kFailed},
    {"call.start.",             kFailed},
    {"pipeline-error-",         kFailed},
    {"vapifault-",              kFailed},
};
// clang-format on

// What an unknown reason must speak of to be a failure.
constexpr absl::string_view kSignsOfFailure[] = {"error", "fault", "failed"};

}  // namespace

EndedReason GroupEndedReason(absl::string_view reason) {
  for (const Row& row : kReasons) {
    if (row.text == reason) return {row.group, true};
  }
  for (const Row& row : kFamilies) {
    if (absl::StartsWith(reason, row.text)) return {row.group, true};
  }
  for (const absl::string_view sign : kSignsOfFailure) {
    if (absl::StrContains(reason, sign)) return {kFailed, false};
  }
  return {kElseFailed, false};
}

}  // namespace autopulse::callevents::adapter::vapi
