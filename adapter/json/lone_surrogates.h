#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::adapter {

// JSON in which each escape of half a character, as `\ud83d` without its other half, is that of the
// replacement character, `\ufffd`; nothing if there is none. JavaScript writes one where a text was
// cut within an emoji. All else, and the place of every byte, stays.
std::optional<std::string> ReplaceLoneSurrogates(absl::string_view json);

}  // namespace autopulse::callevents::adapter
