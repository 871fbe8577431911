#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

constexpr std::size_t kMostLines = 300;  // of a file of the product, see CONTRIBUTING.md

std::vector<std::string> TooLong(const std::vector<SourceFile>& files) {
  std::vector<std::string> found;
  for (const SourceFile& file : files) {
    const std::size_t lines = Lines(file.text).size() - 1;  // the last one ends, too
    if (lines > kMostLines) found.push_back(absl::StrCat(file.path, " has ", lines, " lines"));
  }
  return found;
}

TEST(FileLengthTest, NoFileOfTheProductHasGrownIntoAHeap) {
  for (const char* folder : {"adapter", "clients", "persistence", "services"}) {
    const std::vector<SourceFile> files = ReadFiles(folder, {".h", ".cc"});
    EXPECT_FALSE(files.empty()) << folder;
    const std::vector<std::string> found = TooLong(files);
    EXPECT_TRUE(found.empty()) << absl::StrJoin(found, "\n");
  }
}

TEST(FileLengthTest, AFileThatIsTooLongIsFound) {
  std::string text;
  for (std::size_t i = 0; i < kMostLines; ++i) text += "\n";
  EXPECT_TRUE(TooLong({{"a.cc", text}}).empty());
  EXPECT_EQ(TooLong({{"a.cc", text + "\n"}}).size(), 1U);
}

}  // namespace
}  // namespace autopulse::callevents::architecture
