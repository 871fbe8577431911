#pragma once

#include <atomic>

namespace autopulse::callevents::persistence {

// How many times something was sent to PostgreSQL whose answer is waited for, by whoever calls
// libpq in a program with counted_waits.cc.
extern std::atomic<int> pgsql_waits;

}  // namespace autopulse::callevents::persistence
