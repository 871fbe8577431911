#include "clients/cpp/callctl/text_table.h"

#include <algorithm>

#include "clients/cpp/callctl/terminal_text.h"

namespace autopulse::callevents::callctl {
namespace {

constexpr char kGap[] = "  ";
constexpr std::size_t kGapWidth = 2;
constexpr std::size_t kNarrowestWrap = 20;

std::string Padding(absl::string_view text, std::size_t width) {
  const std::size_t used = DisplayWidth(text);
  return std::string(used < width ? width - used : 0, ' ');
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

void TextTable::AddRow(const Cells& cells) { rows_.push_back(Escape(cells)); }

void TextTable::Print(std::ostream& out, std::size_t wrap_width) const {
  std::vector<std::size_t> widths = Widths();
  const std::size_t last = columns_.size() - 1;
  std::size_t before_last = 0;
  for (std::size_t i = 0; i < last; ++i) before_last += widths[i] + kGapWidth;
  const bool wraps = wrap_width >= before_last + kNarrowestWrap;
  PrintLine(out, Titles(), widths);
  for (const Cells& row : rows_) {
    if (!wraps) {
      PrintLine(out, row, widths);
      continue;
    }
    Cells line = row;
    for (const std::string& part : WrapText(row[last], wrap_width - before_last)) {
      line[last] = part;
      PrintLine(out, line, widths);
      std::fill(line.begin(), line.end(), "");
    }
  }
}

void TextTable::PrintTitles(std::ostream& out) const { PrintLine(out, Titles(), Widths()); }

void TextTable::PrintRow(std::ostream& out, const Cells& cells) const {
  PrintLine(out, Escape(cells), Widths());
}

TextTable::Cells TextTable::Escape(const Cells& cells) {
  Cells escaped;
  for (const std::string& cell : cells) {
    escaped.push_back(cell.empty() ? "-" : EscapeForTerminal(cell));
  }
  return escaped;
}

TextTable::Cells TextTable::Titles() const {
  Cells titles;
  for (const Column& column : columns_) titles.push_back(column.title);
  return titles;
}

std::vector<std::size_t> TextTable::Widths() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = std::max(columns_[i].min_width, DisplayWidth(columns_[i].title));
    for (const Cells& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
  }
  return widths;
}

void TextTable::PrintLine(std::ostream& out, const Cells& cells,
                          const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) line += kGap;
    const std::string padding = Padding(cells[i], widths[i]);
    line += columns_[i].numeric ? padding + cells[i] : cells[i] + padding;
  }
  // Blanks at the end would make a narrow terminal wrap lines that fit.
  line.erase(line.find_last_not_of(' ') + 1);
  out << line << '\n';
}

void FieldBlock::Add(absl::string_view name, absl::string_view value) {
  if (!value.empty()) fields_.emplace_back(name, EscapeForTerminal(value));
}

void FieldBlock::Print(std::ostream& out) const {
  std::size_t width = 0;
  for (const auto& [name, value] : fields_) width = std::max(width, name.size());
  for (const auto& [name, value] : fields_) {
    out << name << ':' << Padding(name, width) << kGap << value << '\n';
  }
}

}  // namespace autopulse::callevents::callctl
