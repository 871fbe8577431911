#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "adapter/http/head.h"

namespace autopulse::callevents::adapter::http {

// Takes the chunks of a chunked body apart as they arrive, in place.
class ChunkedBody {
 public:
  enum class Result { kMore, kWhole, kBad };

  // What frames the chunks may take as much as the body, and some.
  explicit ChunkedBody(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  // `buffer` begins with the `size()` bytes of the body that earlier calls found, then come the
  // bytes that arrived. Leaves the longer body at its beginning, and behind it what is not used
  // yet: the beginning of a line, or after kWhole whatever followed the body.
  Result Decode(std::string& buffer);

  // The length of the body so far.
  std::size_t size() const { return size_; }

  // What is wrong after kBad.
  const FramingError& error() const { return error_; }

 private:
  enum class Part { kSizeLine, kData, kDataEnd, kTrailer };

  Result Refuse(int status, absl::string_view sentence);
  Result Step(std::string& buffer, std::size_t& next);
  Result TakeData(std::string& buffer, std::size_t& next);
  Result TakeLine(absl::string_view line);
  Result TakeSizeLine(absl::string_view line);

  std::size_t max_body_bytes_;
  Part part_ = Part::kSizeLine;
  std::size_t size_ = 0;
  std::size_t left_in_chunk_ = 0;
  std::size_t framing_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
  FramingError error_;
};

}  // namespace autopulse::callevents::adapter::http
