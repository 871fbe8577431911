#include "adapter/auth/webhook_auth.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::adapter {

struct WebhookAuth::State {
  absl::Mutex mutex;
  std::shared_ptr<const auth::AuthPolicy> policy ABSL_GUARDED_BY(mutex);
};

WebhookAuth::WebhookAuth(auth::AuthPolicy policy) : state_(std::make_shared<State>()) {
  const absl::MutexLock lock(&state_->mutex);
  state_->policy = std::make_shared<const auth::AuthPolicy>(std::move(policy));
}

std::shared_ptr<const auth::AuthPolicy> WebhookAuth::current() const {
  const absl::MutexLock lock(&state_->mutex);
  return state_->policy;
}

absl::Status WebhookAuth::Reload(const auth::AuthFiles& files) {
  ASSIGN_OR_RETURN(auth::AuthPolicy loaded, auth::LoadAuthPolicy(files));
  auto policy = std::make_shared<const auth::AuthPolicy>(std::move(loaded));
  const absl::MutexLock lock(&state_->mutex);
  state_->policy = std::move(policy);
  return absl::OkStatus();
}

}  // namespace autopulse::callevents::adapter
