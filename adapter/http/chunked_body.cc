#include "adapter/http/chunked_body.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace autopulse::callevents::adapter::http {
namespace {

// A chunk's size with its extensions, or a line of the trailer. Both are read and forgotten.
constexpr std::size_t kMaxLineBytes = 1024;
constexpr std::size_t kMaxTrailerBytes = 4096;

// All lines together, beyond what the body may have: chunks may be small, but not for ever.
constexpr std::size_t kMaxFramingBytes = std::size_t{64} << 10;

// Where other readers might see the end of a line.
constexpr absl::string_view kNeverInALine("\r\0", 2);

constexpr absl::string_view kBadSize = "Malformed request: the size of a chunk is no number";

}  // namespace

ChunkedBody::Result ChunkedBody::Refuse(int status, absl::string_view sentence) {
  error_ = {status, sentence};
  return Result::kBad;
}

ChunkedBody::Result ChunkedBody::Decode(std::string& buffer) {
  std::size_t next = size_;  // of the bytes not taken
  Result result = Result::kMore;
  while (result == Result::kMore) {
    const std::size_t before = next;
    const Part part = part_;
    result = Step(buffer, next);
    if (next == before && part == part_) break;  // nothing to be had from what is there
  }
  buffer.erase(size_, next - size_);
  return result;
}

ChunkedBody::Result ChunkedBody::Step(std::string& buffer, std::size_t& next) {
  if (part_ == Part::kData) return TakeData(buffer, next);
  const absl::string_view rest = absl::string_view(buffer).substr(next);
  const std::size_t end = rest.find('\n');
  if (end == absl::string_view::npos) {
    if (rest.size() <= kMaxLineBytes) return Result::kMore;
    return Refuse(400, "Malformed request: a line between chunks is too long");
  }
  if (end == 0 || rest[end - 1] != '\r' || end > kMaxLineBytes) {
    return Refuse(400, "Malformed request: a line between chunks does not end in CR LF");
  }
  next += end + 1;
  framing_bytes_ += end + 1;
  if (framing_bytes_ > max_body_bytes_ + kMaxFramingBytes) {
    return Refuse(413, "The chunks are too small for what frames them");
  }
  return TakeLine(rest.substr(0, end - 1));
}

ChunkedBody::Result ChunkedBody::TakeData(std::string& buffer, std::size_t& next) {
  const std::size_t count = std::min(left_in_chunk_, buffer.size() - next);
  std::memmove(buffer.data() + size_, buffer.data() + next, count);
  size_ += count;
  next += count;
  left_in_chunk_ -= count;
  if (left_in_chunk_ == 0) part_ = Part::kDataEnd;
  return Result::kMore;
}

ChunkedBody::Result ChunkedBody::TakeLine(absl::string_view line) {
  if (line.find_first_of(kNeverInALine) != absl::string_view::npos) {
    return Refuse(400, "Malformed request: a line between chunks holds a CR or a NUL");
  }
  switch (part_) {
    case Part::kSizeLine:
      return TakeSizeLine(line);
    case Part::kDataEnd:
      if (!line.empty()) return Refuse(400, "Malformed request: a chunk is longer than its size");
      part_ = Part::kSizeLine;
      return Result::kMore;
    default:
      break;
  }
  if (line.empty()) return Result::kWhole;
  if (line.front() == ':' || line.find(':') == absl::string_view::npos) {
    return Refuse(400, "Malformed request: a line of the trailer has no name");
  }
  trailer_bytes_ += line.size();
  if (trailer_bytes_ > kMaxTrailerBytes) return Refuse(431, "The trailer is too long");
  return Result::kMore;
}

ChunkedBody::Result ChunkedBody::TakeSizeLine(absl::string_view line) {
  const absl::string_view digits = line.substr(0, line.find(';'));
  const bool is_hexadecimal = std::all_of(digits.begin(), digits.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (!is_hexadecimal || digits.empty()) return Refuse(400, kBadSize);
  std::uint64_t size = 0;
  if (!absl::SimpleHexAtoi(digits, &size) || size > max_body_bytes_ - size_) {
    return Refuse(413, "The body is too large");
  }
  left_in_chunk_ = size;
  part_ = size == 0 ? Part::kTrailer : Part::kData;
  return Result::kMore;
}

}  // namespace autopulse::callevents::adapter::http
