#pragma once

#include <string>
#include <vector>

// The project's own files, as the architecture tests read them.
namespace autopulse::callevents::architecture {

// A text file of the project.
struct SourceFile {
  std::string path;  // below the project's folder: `services/domain/fold.h`
  std::string text;
};

// Reads every file below `folder` whose name ends in one of `endings`, by path. Generated code
// (folders named `generated`) and folders of other tools (`node_modules`) are left out.
std::vector<SourceFile> ReadFiles(const std::string& folder,
                                  const std::vector<std::string>& endings);

// Reads one file of the project. Empty if it cannot be read.
std::string ReadFile(const std::string& path);

// Whether the project has a file or a folder of this path.
bool Exists(const std::string& path);

// The lines of `text`, without their ends.
std::vector<std::string> Lines(const std::string& text);

// What a C++ file includes, as written between the quotes or brackets, in order.
std::vector<std::string> Includes(const std::string& text);

// The cells of a line of a Markdown table, without the spaces around them: `| a | b |` has two.
// Empty if the line is of no table.
std::vector<std::string> TableCells(const std::string& line);

// What stands between backticks on a page: names of files, tests, settings and the like.
std::vector<std::string> QuotedNames(const std::string& text);

}  // namespace autopulse::callevents::architecture
