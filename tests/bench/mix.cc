#include "tests/bench/mix.h"

#include <fstream>
#include <string>

#include "nlohmann/json.hpp"
#include "tests/bench/fail.h"

namespace autopulse::callevents::bench {

Mix ReadMix(const std::string& file) {
  std::ifstream stream(file);
  const nlohmann::json steps = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!steps.is_array() || steps.empty() || steps.size() > 8) Fail(file + " is no mix of mix.py");
  Mix mix;
  for (const nlohmann::json& step : steps) {
    mix.names.push_back(step.value("name", ""));
    mix.bodies.push_back(step.value("body", ""));
    if (CallNumberPlaces(mix.bodies.back()).empty()) Fail(file + ": a body names no call");
  }
  return mix;
}

std::vector<std::size_t> CallNumberPlaces(absl::string_view text) {
  const std::string number = std::to_string(kCallNumber);
  std::vector<std::size_t> places;
  for (std::size_t at = text.find(number); at != absl::string_view::npos;
       at = text.find(number, at + number.size())) {
    places.push_back(at);
  }
  return places;
}

void WriteCallNumber(char* place, std::uint64_t number) {
  for (std::size_t i = kCallNumberDigits; i-- > 0; number /= 10) {
    place[i] = static_cast<char>('0' + number % 10);
  }
}

void Acknowledged::Write(const std::string& file) const {
  std::ofstream stream(file, std::ios::binary);
  stream.write(reinterpret_cast<const char*>(steps_.data()),
               static_cast<std::streamsize>(steps_.size()));
  if (!stream.flush()) Fail("cannot write " + file);
}

}  // namespace autopulse::callevents::bench
