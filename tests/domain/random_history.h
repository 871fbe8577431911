#pragma once

#include <random>
#include <string>
#include <vector>

#include "services/domain/call.h"
#include "services/domain/call_event.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::domain {

// A call and what happened to it, drawn at random. For tests.
struct RandomHistory {
  CallState row;  // before the first event
  RuleOptions options;
  std::vector<CallEvent> events;  // in the order of rule O3
};

// What is drawn.
struct HistoryShape {
  int max_events = 12;
  // Redials: up to this many provider's ids; events without one are among them.
  int max_attempts = 3;
};

RandomHistory DrawHistory(std::mt19937_64& random, const HistoryShape& shape);

// An order of arrival of `count` events, as indices: each at least once, some again.
std::vector<std::size_t> DrawArrival(std::mt19937_64& random, std::size_t count);

// Puts events in the order of rule O3, read from the page and not from the code that is tested.
void SortByRule(std::vector<CallEvent>& events);

// A line on each event, for who reads a failure.
std::string Describe(const std::vector<CallEvent>& events);

}  // namespace autopulse::callevents::domain
