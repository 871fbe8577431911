#pragma once

#include <atomic>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "adapter/admin/admin_target.h"
#include "adapter/dead_letters/dead_letter_actions.h"
#include "adapter/delivery/call_event_client.h"
#include "adapter/webhook_answers.h"
#include "persistence/spool/event_spool.h"
#include "services/base/counters.h"

namespace autopulse::callevents::adapter {

// What an operator may ask of an adapter that runs, as JSON:
//
//   GET    /v1/dead-letters?call=&reason=&after=&before=&page_size=&page_token=
//   POST   /v1/dead-letters:replay?...&force=&dry_run=&all=   a page of those that are selected
//   DELETE /v1/dead-letters?...&dry_run=&all=                 the same
//   GET    /v1/dead-letters/{id}
//   POST   /v1/dead-letters/{id}:replay?force=&dry_run=
//   DELETE /v1/dead-letters/{id}
//   GET    /v1/spool
//   GET    /v1/counters
//   POST   /v1/calls/{call}:erase          AutoPulse's number of the call, or the provider's id
//
// Bodies are shown without telephone numbers and secrets. It does what the command line does, by
// the same functions. Thread-safe.
class AdminApi {
 public:
  // All of them must outlive this.
  struct Parts {
    persistence::spool::EventSpool& spool;
    const CallEventClient& client;
    const base::Counters& counters;
    bool register_unknown_calls = false;  // of what is replayed [U1]
  };

  explicit AdminApi(const Parts& parts) : parts_(parts) {}

  // The program is about to end: what is done with many dead letters ends with the one at hand, and
  // a page token leads to the rest.
  void Stop() { stopping_ = true; }

  // Answers one request of somebody who may. 400 names what is wrong, 404 what is not there, 405
  // the methods that there are.
  HttpAnswer Handle(absl::string_view method, absl::string_view target) const;

 private:
  using Json = absl::StatusOr<std::string>;

  Json Route(absl::string_view method, const AdminTarget& target) const;
  Json DeadLetters(absl::string_view method, const AdminTarget& target) const;
  Json List(const AdminTarget& target) const;
  Json ActOnMany(DeadLetterAction action, const AdminTarget& target) const;
  Json OneDeadLetter(absl::string_view method, const AdminTarget& target) const;
  Json Spool() const;
  Json Counters() const;
  ReplayTarget Target() const {
    return {.client = parts_.client, .register_unknown_calls = parts_.register_unknown_calls};
  }
  Json Erase(const AdminTarget& target) const;

  const Parts parts_;
  std::atomic<bool> stopping_{false};
};

}  // namespace autopulse::callevents::adapter
