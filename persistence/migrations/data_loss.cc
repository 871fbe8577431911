#include "persistence/migrations/data_loss.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "services/base/status_macros.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

// Something that a script takes, and how to count what is there of it.
struct Loss {
  std::string name;
  std::string unit;
  std::string count_sql;
};

std::string Quoted(absl::string_view name) { return absl::StrCat("\"", name, "\""); }

Loss DropOf(absl::string_view name) {
  const std::vector<absl::string_view> parts = absl::StrSplit(name, '.');
  if (parts.size() == 1) {
    return {absl::StrCat("table ", name), "rows",
            absl::StrCat("SELECT count(*) FROM ", Quoted(name))};
  }
  return {std::string(name), "values",
          absl::StrCat("SELECT count(", Quoted(parts[1]), ") FROM ", Quoted(parts[0]))};
}

Loss CutOf(absl::string_view name_and_length) {
  const std::vector<absl::string_view> words = absl::StrSplit(name_and_length, ' ');
  const std::vector<absl::string_view> parts = absl::StrSplit(words[0], '.');
  return {std::string(words[0]), absl::StrCat("values cut to ", words[1], " characters"),
          absl::StrCat("SELECT count(*) FROM ", Quoted(parts[0]), " WHERE length(",
                       Quoted(parts[1]), ") > ", words[1])};
}

std::vector<Loss> LossesOf(const std::string& script) {
  std::vector<Loss> losses;
  for (absl::string_view line : absl::StrSplit(script, '\n')) {
    if (absl::ConsumePrefix(&line, "-- drops: ")) losses.push_back(DropOf(line));
    if (absl::ConsumePrefix(&line, "-- cuts: ")) losses.push_back(CutOf(line));
  }
  return losses;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FindLosses(Connection& connection,
                                                    const std::string& script) {
  std::vector<std::string> lines;
  for (const Loss& loss : LossesOf(script)) {
    ASSIGN_OR_RETURN(const std::vector<Row> rows, connection.Query(loss.count_sql));
    const std::string& count = rows.at(0).at(0);
    if (count != "0") lines.push_back(absl::StrCat(loss.name, ": ", count, " ", loss.unit));
  }
  return lines;
}

}  // namespace autopulse::callevents::persistence::migrations
