#pragma once

namespace autopulse::callevents::adapter {

// `vapi-webhook-adapter check-auth`: says offline, step by step, why a captured request is let in
// or not. `argv` begins with the command's own name. Returns what the program is to exit with: 0 if
// it is let in, 1 if it is not.
int RunCheckAuthCommand(int argc, const char* const* argv);

}  // namespace autopulse::callevents::adapter
