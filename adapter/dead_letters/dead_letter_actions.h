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

// Tells from one letter after the other whether the service serves nobody: it is away, takes too
// long, or lets nobody in. One alone does not tell, for it may be a letter that always fails so.
class OutageWatch {
 public:
  // `before` is the id of the letter before the first.
  explicit OutageWatch(std::int64_t before) : served_(before) {}

  // Notes what became of the next one.
  void Note(const DeadLetterResult& result);

  // Whether there is nothing to be learned from others.
  bool is_out() const { return in_a_row_ >= kInARow; }

  // Why the last letter failed, if it was for such a reason; else OK.
  absl::Status outage() const { return in_a_row_ > 0 ? outage_ : absl::OkStatus(); }

  // The last letter that did not fail so.
  std::int64_t served() const { return served_; }

 private:
  static constexpr int kInARow = 3;

  int in_a_row_ = 0;
  absl::Status outage_;
  std::int64_t served_;
};

// One line for people, and one JSON object on one line; both without telephone numbers.
std::string ResultLine(const DeadLetterResult& result);
std::string ResultJson(const DeadLetterResult& result);

}  // namespace autopulse::callevents::adapter
