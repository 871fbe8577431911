#pragma once

#include <string>

#include "persistence/spool/dead_letters.h"

// Dead letters as people and programs read them: without telephone numbers and secrets.
namespace autopulse::callevents::adapter {

// One line, in columns.
std::string DeadLetterLine(const persistence::spool::DeadLetter& letter);

// The line above the others.
std::string DeadLetterHeading();

// One JSON object on one line, with the body where the letter was read whole: as JSON, or null
// where it is none.
std::string DeadLetterJson(const persistence::spool::DeadLetter& letter);

}  // namespace autopulse::callevents::adapter
