#include "adapter/http/head.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::adapter::http {
namespace {

// RFC 9110's tchar.
bool IsTokenCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::StrContains("!#$%&'*+-.^_`|~", c);
}

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsVisible(char c) { return c > ' ' && c < '\x7f'; }

// What a header's value may hold: all but control characters, with the tab as the exception.
bool IsFieldCharacter(char c) {
  return c == '\t' || !absl::ascii_iscntrl(static_cast<unsigned char>(c));
}

absl::string_view TrimSpacesAndTabs(absl::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

absl::string_view PathOf(absl::string_view target) {
  if (absl::ConsumePrefix(&target, "http://") || absl::ConsumePrefix(&target, "https://")) {
    const std::size_t slash = target.find('/');
    target = slash == absl::string_view::npos ? "/" : target.substr(slash);
  }
  return target.substr(0, target.find('?'));
}

std::optional<FramingError> ParseRequestLine(absl::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == absl::string_view::npos || first == last) {
    return FramingError{400, "Malformed request: the first line is no request line"};
  }
  head.method = line.substr(0, first);
  head.target = line.substr(first + 1, last - first - 1);
  const absl::string_view version = line.substr(last + 1);
  if (!IsToken(head.method) || head.target.empty() ||
      !std::all_of(head.target.begin(), head.target.end(), IsVisible) ||
      !absl::StartsWith(version, "HTTP/")) {
    return FramingError{400, "Malformed request: the first line is no request line"};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return FramingError{505, "Use HTTP/1.1"};
  }
  head.is_http_1_0 = version == "HTTP/1.0";
  head.keeps_alive = !head.is_http_1_0;
  head.path = PathOf(head.target);
  return std::nullopt;
}

std::optional<FramingError> ParseHeaderLine(absl::string_view line, RequestHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == absl::string_view::npos || !IsToken(line.substr(0, colon))) {
    return FramingError{400, "Malformed request: a header has no name"};
  }
  const absl::string_view value = TrimSpacesAndTabs(line.substr(colon + 1));
  if (!std::all_of(value.begin(), value.end(), IsFieldCharacter)) {
    return FramingError{400, "Malformed request: a header holds a control character"};
  }
  head.headers.push_back({line.substr(0, colon), value});
  return std::nullopt;
}

std::optional<FramingError> ReadContentLength(absl::string_view value, const HeadLimits& limits,
                                              RequestHead& head) {
  if (head.content_length.has_value()) {
    return FramingError{400, "Malformed request: the length of the body is given twice"};
  }
  const bool digits = std::all_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c));
  });
  if (!digits || value.empty()) {
    return FramingError{400, "Malformed request: Content-Length is no number"};
  }
  std::uint64_t length = 0;
  if (!absl::SimpleAtoi(value, &length) || length > limits.max_body_bytes) {
    return FramingError{413, "The body is too large"};
  }
  head.content_length = length;
  return std::nullopt;
}

std::optional<FramingError> ReadTransferEncoding(absl::string_view value, RequestHead& head) {
  if (head.is_chunked) {
    return FramingError{400, "Malformed request: the length of the body is given twice"};
  }
  if (!absl::EqualsIgnoreCase(value, "chunked")) {
    return FramingError{400, "Malformed request: Transfer-Encoding must be chunked"};
  }
  head.is_chunked = true;
  return std::nullopt;
}

void ReadConnection(absl::string_view value, RequestHead& head) {
  for (const absl::string_view word : absl::StrSplit(value, ',')) {
    const absl::string_view option = TrimSpacesAndTabs(word);
    if (absl::EqualsIgnoreCase(option, "close")) head.keeps_alive = false;
    if (absl::EqualsIgnoreCase(option, "keep-alive")) head.keeps_alive = true;
  }
}

// What the headers say of where the request ends and the next begins.
std::optional<FramingError> ReadFraming(const HeadLimits& limits, RequestHead& head) {
  for (const Header& header : head.headers) {
    std::optional<FramingError> error;
    if (absl::EqualsIgnoreCase(header.name, "Content-Length")) {
      error = ReadContentLength(header.value, limits, head);
    } else if (absl::EqualsIgnoreCase(header.name, "Transfer-Encoding")) {
      error = ReadTransferEncoding(header.value, head);
    } else if (absl::EqualsIgnoreCase(header.name, "Connection")) {
      ReadConnection(header.value, head);
    } else if (absl::EqualsIgnoreCase(header.name, "Expect")) {
      if (!absl::EqualsIgnoreCase(header.value, "100-continue")) {
        return FramingError{417, "Expect must be 100-continue"};
      }
      head.expects_continue = true;
    }
    if (error.has_value()) return error;
  }
  // Two ways to say how long a body is are how one request is hidden in another.
  if (head.is_chunked && head.content_length.has_value()) {
    return FramingError{400, "Malformed request: the length of the body is given twice"};
  }
  // Who speaks HTTP/1.0 may not know of chunks, and what passed them on may have changed nothing.
  if (head.is_chunked && head.is_http_1_0) {
    return FramingError{400, "Malformed request: HTTP/1.0 has no Transfer-Encoding"};
  }
  return std::nullopt;
}

// RFC 9112, 3.2: what is between us and the sender may have gone by another one than we would.
std::optional<FramingError> CheckHost(const RequestHead& head) {
  const std::size_t hosts = head.Count("Host");
  if (hosts > 1) return FramingError{400, "Malformed request: Host is given twice"};
  if (hosts == 0 && !head.is_http_1_0) {
    return FramingError{400, "Malformed request: there is no Host"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<absl::string_view> RequestHead::Values(absl::string_view name) const {
  std::vector<absl::string_view> values;
  for (const Header& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) values.push_back(header.value);
  }
  return values;
}

std::size_t RequestHead::Count(absl::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      headers.begin(), headers.end(),
      [name](const Header& header) { return absl::EqualsIgnoreCase(header.name, name); }));
}

absl::string_view RequestHead::First(absl::string_view name) const {
  for (const Header& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return {};
}

HeadScanner::Result HeadScanner::Scan(absl::string_view bytes) {
  bytes = bytes.substr(0, limits_.max_bytes);
  for (;;) {
    const std::size_t end = bytes.find('\n', scanned_);
    const std::size_t line_end = end == absl::string_view::npos ? bytes.size() : end;
    if (line_end - line_begin_ > limits_.max_line_bytes) {
      return line_begin_ == 0 ? Refuse(414, "The request line is too long")
                              : Refuse(431, "A header is too long");
    }
    // Behind the head's end a NUL is none of its own.
    if (bytes.substr(scanned_, line_end - scanned_).find('\0') != absl::string_view::npos) {
      return Refuse(400, "Malformed request: the head holds a NUL");
    }
    scanned_ = line_end;
    if (end == absl::string_view::npos) break;
    if (end == line_begin_ || bytes[end - 1] != '\r') {
      return Refuse(400, "Malformed request: a line does not end in CR LF");
    }
    const bool is_empty = end == line_begin_ + 1;
    const bool is_first = line_begin_ == 0;
    line_begin_ = end + 1;
    scanned_ = line_begin_;
    if (is_empty && is_first) return Refuse(400, "Malformed request: the first line is empty");
    if (is_empty) return Result::kWhole;
  }
  if (bytes.size() >= limits_.max_bytes) return Refuse(431, "The headers are too long");
  return Result::kMore;
}

HeadScanner::Result HeadScanner::Refuse(int status, absl::string_view sentence) {
  error_ = {status, sentence};
  return Result::kBad;
}

std::optional<FramingError> ParseHead(absl::string_view text, const HeadLimits& limits,
                                      RequestHead& head) {
  std::vector<Header> headers = std::move(head.headers);  // for the room that it has
  headers.clear();
  head = RequestHead();
  head.text = text;
  head.headers = std::move(headers);
  bool is_first = true;
  for (std::size_t begin = 0; begin + 2 < text.size();) {
    const std::size_t end = text.find("\r\n", begin);
    const absl::string_view line = text.substr(begin, end - begin);
    begin = end + 2;
    if (!is_first && head.headers.size() == limits.max_headers) {
      return FramingError{431, "Too many headers"};
    }
    const auto error = is_first ? ParseRequestLine(line, head) : ParseHeaderLine(line, head);
    if (error.has_value()) return error;
    is_first = false;
  }
  if (const auto error = CheckHost(head)) return error;
  return ReadFraming(limits, head);
}

}  // namespace autopulse::callevents::adapter::http
