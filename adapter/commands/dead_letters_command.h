#pragma once

namespace autopulse::callevents::adapter {

// `vapi-webhook-adapter dead-letters list|show|replay|discard [ID...]`: looks at what the spool has
// given up. `argv[0]` is `dead-letters`. Returns what to exit with.
int RunDeadLettersCommand(int argc, const char* const* argv);

}  // namespace autopulse::callevents::adapter
