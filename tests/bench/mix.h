#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::bench {

// What one call's life is posted as, in order. `mix.py` writes the file.
//
// Every body names the same call, `kCallNumber`; whoever sends it writes the number of the call
// that it means over each of its places. All numbers have ten digits, so that nothing moves.
struct Mix {
  std::vector<std::string> names;   // of the steps: "queued", "ringing", ...
  std::vector<std::string> bodies;  // JSON, at the same index

  std::size_t steps() const { return bodies.size(); }
};

inline constexpr std::uint64_t kCallNumber = 7'000'000'000;
inline constexpr std::size_t kCallNumberDigits = 10;

// Reads a mix. Ends the program, saying why, if it cannot.
Mix ReadMix(const std::string& file);

// Where in `text` the number of the call stands.
std::vector<std::size_t> CallNumberPlaces(absl::string_view text);

// Writes `number` over the ten digits at `place`.
void WriteCallNumber(char* place, std::uint64_t number);

// Which event comes next, when `abreast` calls live side by side, each a step ahead of the one
// beside it: at every moment all steps are as frequent as in the whole mix. The first calls begin
// within their lives.
class Schedule {
 public:
  Schedule(std::uint64_t first_call, std::size_t steps, std::size_t abreast)
      : first_call_(first_call), steps_(steps), abreast_(abreast) {}

  std::size_t StepOf(std::size_t index) const { return Turn(index) % steps_; }
  std::uint64_t CallOf(std::size_t index) const {
    return first_call_ + Turn(index) / steps_ * abreast_ + index % abreast_;
  }

 private:
  // How many steps lie before this event, since the first of its slot's first call.
  std::size_t Turn(std::size_t index) const { return index / abreast_ + index % abreast_ % steps_; }

  std::uint64_t first_call_;
  std::size_t steps_;
  std::size_t abreast_;
};

// Which steps of which calls were acknowledged: what the database must hold afterwards.
class Acknowledged {
 public:
  // For calls from `first` on, `calls` of them.
  Acknowledged(std::uint64_t first, std::size_t calls) : first_(first), steps_(calls) {}

  std::uint64_t first() const { return first_; }
  std::size_t calls() const { return steps_.size(); }

  void Add(std::uint64_t call, std::size_t step) {
    steps_[call - first_] = static_cast<std::uint8_t>(steps_[call - first_] | (1U << step));
  }

  // Writes a byte for each call, its bits being the steps. Ends the program if it cannot.
  void Write(const std::string& file) const;

 private:
  std::uint64_t first_;
  std::vector<std::uint8_t> steps_;
};

}  // namespace autopulse::callevents::bench
