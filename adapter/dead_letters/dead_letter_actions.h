#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "adapter/dead_letters/dead_letter_replay.h"
#include "persistence/spool/dead_letters.h"

namespace autopulse::callevents::adapter {

// What somebody does with dead letters: by the command line and by the admin listener.
struct DeadLetterAction {
  enum class Kind { kReplay, kDiscard };

  Kind kind = Kind::kReplay;
  bool force = false;    // replay also what the service refused before
  bool dry_run = false;  // only say what would be done
};

// What became of one dead letter.
struct DeadLetterResult {
  std::int64_t id = 0;
  std::string outcome;  // a word: `applied`, `duplicate`, `skipped`, `discarded`, ...; see below
  absl::Status status;  // why it stays, where it could not be done
};

// Does it. The outcome is one of `ReplayDeadLetter`, `discarded`, `failed` (the status says why),
// `skipped` (the service refused it before and would again: `force`), and `would be replayed` or
// `would be discarded`.
DeadLetterResult Act(const DeadLetterAction& action, const persistence::spool::DeadLetter& letter,
                     const ReplayTarget& target, persistence::spool::DeadLetters& letters);

// Whether it failed because nothing is served now, and would with the others: the service is away,
// takes too long, or lets nobody in.
bool MetOutage(const DeadLetterResult& result);

// One line for people, and one JSON object on one line; both without telephone numbers.
std::string ResultLine(const DeadLetterResult& result);
std::string ResultJson(const DeadLetterResult& result);

}  // namespace autopulse::callevents::adapter
