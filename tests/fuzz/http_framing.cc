// Any bytes from a connection: they are framed alike however the network cuts them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "adapter/http/chunked_body.h"
#include "adapter/http/head.h"

namespace autopulse::callevents::adapter::http {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

HeadScanner ScanInPieces(absl::string_view bytes, std::size_t piece, HeadScanner::Result& result) {
  HeadScanner scanner{HeadLimits()};
  result = HeadScanner::Result::kMore;
  for (std::size_t end = piece; result == HeadScanner::Result::kMore; end += piece) {
    result = scanner.Scan(bytes.substr(0, end));
    if (end >= bytes.size()) break;
  }
  return scanner;
}

void ReadHead(absl::string_view bytes, std::size_t piece) {
  HeadScanner::Result whole_result;
  HeadScanner::Result pieces_result;
  const HeadScanner whole = ScanInPieces(bytes, bytes.size(), whole_result);
  const HeadScanner pieces = ScanInPieces(bytes, piece, pieces_result);
  Require(whole_result == pieces_result);
  if (whole_result != HeadScanner::Result::kWhole) return;
  Require(whole.head_bytes() == pieces.head_bytes());

  RequestHead head;
  if (ParseHead(bytes.substr(0, whole.head_bytes()), HeadLimits(), head).has_value()) return;
  Require(!head.is_chunked || !head.content_length.has_value());  // never both
  Require(head.Values("content-length").size() <= 1);
  Require(head.content_length.value_or(0) <= HeadLimits().max_body_bytes);
  for (const Header& header : head.headers) {
    Require(header.value.find('\0') == absl::string_view::npos);
  }
}

ChunkedBody::Result DecodeInPieces(absl::string_view bytes, std::size_t piece, std::string& body) {
  ChunkedBody chunked(std::size_t{1} << 20);
  std::string buffer;
  ChunkedBody::Result result = ChunkedBody::Result::kMore;
  for (std::size_t at = 0; at < bytes.size() && result == ChunkedBody::Result::kMore; at += piece) {
    buffer.append(bytes.substr(at, piece).data(), bytes.substr(at, piece).size());
    result = chunked.Decode(buffer);
  }
  body = buffer.substr(0, chunked.size());
  return result;
}

void ReadChunks(absl::string_view bytes, std::size_t piece) {
  std::string whole;
  std::string pieces;
  const ChunkedBody::Result whole_result = DecodeInPieces(bytes, bytes.size(), whole);
  const ChunkedBody::Result pieces_result = DecodeInPieces(bytes, piece, pieces);
  Require(whole_result == pieces_result);
  if (whole_result == ChunkedBody::Result::kWhole) Require(whole == pieces);
}

}  // namespace
}  // namespace autopulse::callevents::adapter::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace http = autopulse::callevents::adapter::http;
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 64u;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  http::ReadHead(bytes, piece);
  http::ReadChunks(bytes, piece);
  return 0;
}
