#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

// Standard output and error of a program that must not wait for who reads them.
namespace autopulse::callevents::base {

// From now on what a reader does not take at once, of a pipe, a socket or a terminal, is refused:
// who reads a log may hang, and would hang with him whoever writes. Other processes that write to
// the same place notice nothing of it. To be called before there are threads.
void NeverWaitForReaders();

// Writes to standard error, and returns how many bytes of `text` were taken: all, fewer, or 0 if it
// takes none. Waits for the reader unless `NeverWaitForReaders` was called. Thread-safe; what
// several threads write may be mixed where a text is taken in part.
std::size_t WriteToStandardError(absl::string_view text);

}  // namespace autopulse::callevents::base
