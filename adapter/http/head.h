#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/base/limits.h"

// How the bytes of a connection become requests (RFC 9112), stricter than the RFC allows wherever
// leniency lets two readers see two different requests. Pure functions over bytes.
namespace autopulse::callevents::adapter::http {

// What a head may be.
struct HeadLimits {
  std::size_t max_bytes = std::size_t{16} << 10;      // request line and headers
  std::size_t max_line_bytes = std::size_t{8} << 10;  // one of its lines
  std::size_t max_headers = 100;
  std::size_t max_body_bytes = base::kMaxWebhookBytes;  // that it may announce
};

struct Header {
  absl::string_view name;
  absl::string_view value;  // without the white space around it, otherwise as it was sent
};

// Request line and headers of one request. Its views are of the text that was parsed.
struct RequestHead {
  absl::string_view text;  // all of it, with the empty line at its end
  absl::string_view method;
  absl::string_view target;
  absl::string_view path;  // of the target: without scheme, host and query
  std::vector<Header> headers;

  bool is_http_1_0 = false;  // else it is HTTP/1.1
  std::optional<std::size_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = true;        // whether the sender expects to go on after the answer
  bool expects_continue = false;  // whether it waits to be asked for the body

  // The values of a header, in their order. Names are compared without regard to case.
  std::vector<absl::string_view> Values(absl::string_view name) const;

  // How often a header is there, and the first of its values.
  std::size_t Count(absl::string_view name) const;
  absl::string_view First(absl::string_view name) const;

  bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }
};

// Why bytes are no request: the HTTP status to refuse them with, and a sentence for the sender.
struct FramingError {
  int status = 400;
  absl::string_view sentence;
};

// Looks for the end of a head in bytes that arrive little by little; every byte is looked at once.
class HeadScanner {
 public:
  enum class Result { kMore, kWhole, kBad };

  explicit HeadScanner(const HeadLimits& limits) : limits_(limits) {}

  // Goes on where the last call ended. `bytes` are all of the connection's from the head's first
  // on. kBad as soon as they cannot become a head: too long, a line that does not end in CR LF, a
  // NUL.
  Result Scan(absl::string_view bytes);

  // The length of the head after kWhole.
  std::size_t head_bytes() const { return line_begin_; }

  // What is wrong after kBad.
  const FramingError& error() const { return error_; }

 private:
  Result Refuse(int status, absl::string_view sentence);

  HeadLimits limits_;
  std::size_t line_begin_ = 0;  // of the first line that is not whole
  std::size_t scanned_ = 0;
  FramingError error_;
};

// Makes a head of `text`, which HeadScanner found to be one. The error, if there is one.
std::optional<FramingError> ParseHead(absl::string_view text, const HeadLimits& limits,
                                      RequestHead& head);

}  // namespace autopulse::callevents::adapter::http
