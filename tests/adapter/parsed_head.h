#pragma once

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "adapter/http/head.h"

namespace autopulse::callevents::adapter::http {

// The head that `text`, which must outlive it, is. The test fails if it is none.
inline RequestHead ParsedHead(absl::string_view text) {
  RequestHead head;
  const auto error = ParseHead(text, HeadLimits(), head);
  EXPECT_FALSE(error.has_value()) << text;
  return head;
}

}  // namespace autopulse::callevents::adapter::http
