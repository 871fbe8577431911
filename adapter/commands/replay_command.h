#pragma once

namespace autopulse::callevents::adapter {

// `vapi-webhook-adapter replay FILE...`: handles recorded bodies as if VAPI had posted them now.
// `argv[0]` is `replay`. Returns what to exit with.
int RunReplayCommand(int argc, const char* const* argv);

}  // namespace autopulse::callevents::adapter
