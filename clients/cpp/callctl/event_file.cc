#include "clients/cpp/callctl/event_file.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::callctl {
namespace {

// Finds the objects of a file. What is within an object is for the JSON parser to judge.
class ObjectSplitter {
 public:
  explicit ObjectSplitter(absl::string_view json) : json_(json), in_array_(SkipBlanks() == '[') {
    if (in_array_) ++position_;
  }

  // Returns the next object; an empty one at the end.
  absl::StatusOr<absl::string_view> Next() {
    char next = SkipBlanks();
    if (in_array_ && next == ',' && !first_) {
      ++position_;
      next = SkipBlanks();
    } else if (in_array_ && next == ']') {
      in_array_ = false;
      ++position_;
      if (SkipBlanks() != '\0') return Error("nothing may follow the array");
      return absl::string_view();
    } else if (in_array_ && !first_) {
      return Error("a comma or the end of the array is missing");
    }
    first_ = false;
    if (next == '\0' && !in_array_) return absl::string_view();
    if (next != '{') return Error("an event, { ... }, is missing here");
    return Object();
  }

  // Returns `problem` with the line that `where`, a part of the file, begins on.
  absl::Status ErrorAt(absl::string_view where, absl::string_view problem) const {
    const auto lines_before = std::count(json_.data(), where.data(), '\n');
    return absl::InvalidArgumentError(absl::StrCat("line ", lines_before + 1, ": ", problem));
  }

 private:
  absl::Status Error(absl::string_view problem) const {
    return ErrorAt(json_.substr(position_), problem);
  }

  // Moves to what is no blank, and returns it; '\0' at the end.
  char SkipBlanks() {
    position_ = std::min(json_.find_first_not_of(" \t\r\n", position_), json_.size());
    return position_ < json_.size() ? json_[position_] : '\0';
  }

  absl::StatusOr<absl::string_view> Object() {
    const std::size_t start = position_;
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = start; i < json_.size(); ++i) {
      const char c = json_[i];
      if (in_string) {
        if (c == '\\') ++i;
        if (c == '"') in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        position_ = i + 1;
        return json_.substr(start, position_ - start);
      }
    }
    return Error("the event that begins here does not end");
  }

  const absl::string_view json_;
  std::size_t position_ = 0;
  bool in_array_;
  bool first_ = true;
};

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(
      path == "-" ? nullptr : std::fopen(path.c_str(), "rb"), &std::fclose);
  std::FILE* const file = path == "-" ? stdin : opened.get();
  std::string content;
  std::array<char, 1 << 16> buffer;
  while (file != nullptr) {
    const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file);
    content.append(buffer.data(), count);
    if (count == 0) break;
  }
  if (file == nullptr || std::ferror(file) != 0) {
    return absl::UnknownError(absl::StrCat("cannot read ", path, ": ", std::strerror(errno)));
  }
  return content;
}

absl::StatusOr<std::vector<v1::ReportCallEventRequest>> ParseEvents(absl::string_view json) {
  std::vector<v1::ReportCallEventRequest> events;
  ObjectSplitter splitter(absl::StripPrefix(json, "\xef\xbb\xbf"));
  while (true) {
    const absl::StatusOr<absl::string_view> object = splitter.Next();
    if (!object.ok()) return object.status();
    if (object->empty()) break;
    const auto status = google::protobuf::util::JsonStringToMessage(
        google::protobuf::StringPiece(object->data(), object->size()), &events.emplace_back());
    if (!status.ok()) return splitter.ErrorAt(*object, std::string(status.message()));
  }
  if (events.empty()) return absl::InvalidArgumentError("no events");
  return events;
}

}  // namespace autopulse::callevents::callctl
