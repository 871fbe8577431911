#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace autopulse::callevents::callctl {

// One column of a table.
struct Column {
  std::string title;
  std::size_t min_width = 0;  // for rows that are printed as they come
  bool numeric = false;       // aligned to the right
};

// Rows under titles, aligned by what a terminal shows. Cells are escaped (`EscapeForTerminal`), an
// empty one is shown as `-`. Not thread-safe.
class TextTable {
 public:
  explicit TextTable(std::vector<Column> columns);

  // Adds a row, with a cell for each column.
  void AddRow(const std::vector<std::string>& cells);

  // Prints titles and rows. The last column is wrapped to lines of `wrap_width` columns, unless
  // that is 0 or leaves the column too little.
  void Print(std::ostream& out, std::size_t wrap_width = 0) const;

  // Print at once, for rows that arrive one by one. Only the columns' `min_width` aligns them.
  void PrintTitles(std::ostream& out) const;
  void PrintRow(std::ostream& out, const std::vector<std::string>& cells) const;

 private:
  using Cells = std::vector<std::string>;

  static Cells Escape(const Cells& cells);
  Cells Titles() const;
  std::vector<std::size_t> Widths() const;
  void PrintLine(std::ostream& out, const Cells& cells,
                 const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<Cells> rows_;
};

// Names and values, one pair to a line. Values are escaped; a pair without a value is left out.
class FieldBlock {
 public:
  // Adds a pair.
  void Add(absl::string_view name, absl::string_view value);

  // Prints the pairs.
  void Print(std::ostream& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace autopulse::callevents::callctl
