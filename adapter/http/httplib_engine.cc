#include "adapter/http/httplib_engine.h"

#include <algorithm>
#include <cstring>

namespace autopulse::callevents::adapter::http {
namespace {

// A head to read and an answer to write, for the library.
class MemoryStream final : public httplib::Stream {
 public:
  MemoryStream(absl::string_view head, std::string& answer) : head_(head), answer_(answer) {}

  bool is_readable() const override { return !head_.empty(); }
  bool is_writable() const override { return true; }

  ssize_t read(char* target, size_t size) override {
    const std::size_t count = std::min(size, head_.size());
    std::memcpy(target, head_.data(), count);
    head_.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* data, size_t size) override {
    answer_.append(data, size);
    return static_cast<ssize_t>(size);
  }

  // The handler is told by its own request where it came from.
  void get_remote_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  void get_local_ip_and_port(std::string& /*ip*/, int& /*port*/) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  absl::string_view head_;
  std::string& answer_;
};

void Write(const HttpAnswer& answer, httplib::Response& response) {
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  response.set_content(answer.body, answer.content_type);
}

}  // namespace

HttplibEngine::HttplibEngine(absl::Duration idle_timeout) : idle_timeout_(idle_timeout) {
  set_keep_alive_max_count(kMaxKeepAlive);
  set_keep_alive_timeout(absl::ToInt64Seconds(idle_timeout));
  // Before its routes, which are regular expressions, and before it would read a body.
  set_pre_routing_handler([this](const httplib::Request& /*request*/, httplib::Response& response) {
    return Handle(response);
  });
}

HttplibEngine::Answered HttplibEngine::Answer(const Request& request, const HttpAnswer& answer,
                                              bool keep_alive) {
  answer_ = &answer;
  was_written_ = false;
  Answered answered;
  MemoryStream stream(request.head.text, answered.wire_text);
  bool asked_to_close = false;
  const bool is_complete = process_request(
      stream, "", 0, "", 0, !keep_alive, asked_to_close, [](httplib::Request& library_request) {
        library_request.ranges.clear();
        library_request.headers.erase("Expect");  // the body is here
      });
  // The library is stricter with some heads than we are, but what the request asked for is done.
  if (!was_written_) {
    return {AnswerText(answer, request.head.method, keep_alive, idle_timeout_), keep_alive};
  }
  answered.keep_alive = keep_alive && is_complete;
  return answered;
}

httplib::Server::HandlerResponse HttplibEngine::Handle(httplib::Response& response) {
  was_written_ = true;
  Write(*answer_, response);
  return HandlerResponse::Handled;
}

}  // namespace autopulse::callevents::adapter::http
