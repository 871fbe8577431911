#include "tests/architecture/source_tree.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace autopulse::callevents::architecture {
namespace {

namespace fs = std::filesystem;

const fs::path& Root() {
  static const fs::path root(AUTOPULSE_SOURCE_DIR);
  return root;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

bool IsForeign(const fs::path& folder) {
  return folder.filename() == "generated" || folder.filename() == "node_modules";
}

bool HasEnding(const std::string& name, const std::vector<std::string>& endings) {
  return absl::c_any_of(endings,
                        [&](const std::string& ending) { return absl::EndsWith(name, ending); });
}

}  // namespace

std::vector<SourceFile> ReadFiles(const std::string& folder,
                                  const std::vector<std::string>& endings) {
  std::vector<SourceFile> files;
  if (!fs::is_directory(Root() / folder)) return files;
  fs::recursive_directory_iterator entry(Root() / folder);
  for (const fs::recursive_directory_iterator end; entry != end; ++entry) {
    if (entry->is_directory() && IsForeign(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file() && HasEnding(entry->path().filename(), endings)) {
      files.push_back(
          {entry->path().lexically_relative(Root()).generic_string(), Read(entry->path())});
    }
  }
  absl::c_sort(files, [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string ReadFile(const std::string& path) { return Read(Root() / path); }

bool Exists(const std::string& path) { return fs::exists(Root() / path); }

std::vector<std::string> Lines(const std::string& text) { return absl::StrSplit(text, '\n'); }

std::vector<std::string> Includes(const std::string& text) {
  std::vector<std::string> includes;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "#")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    if (!absl::ConsumePrefix(&line, "include")) continue;
    line = absl::StripLeadingAsciiWhitespace(line);
    const bool quoted = absl::ConsumePrefix(&line, "\"");
    if (!quoted && !absl::ConsumePrefix(&line, "<")) continue;
    includes.emplace_back(line.substr(0, line.find(quoted ? '"' : '>')));
  }
  return includes;
}

std::vector<std::string> TableCells(const std::string& line) {
  absl::string_view rest = absl::StripAsciiWhitespace(line);
  if (!absl::ConsumePrefix(&rest, "|") || !absl::ConsumeSuffix(&rest, "|")) return {};
  std::vector<std::string> cells;
  for (const absl::string_view cell : absl::StrSplit(rest, '|')) {
    cells.emplace_back(absl::StripAsciiWhitespace(cell));
  }
  return cells;
}

std::vector<std::string> QuotedNames(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '`');
  std::vector<std::string> names;
  for (std::size_t i = 1; i < parts.size(); i += 2) names.push_back(parts[i]);
  return names;
}

}  // namespace autopulse::callevents::architecture
