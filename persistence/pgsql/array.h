#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace autopulse::callevents::persistence {

// Arrays as PostgreSQL writes them: `{1,2}`, `{"a","b"}`.
std::string ToPgsqlArray(const std::vector<std::int64_t>& numbers);
std::string ToPgsqlArray(const std::vector<std::string>& texts);

}  // namespace autopulse::callevents::persistence
