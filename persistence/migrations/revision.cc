#include "persistence/migrations/revision.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "persistence/migrations/embedded_sql.h"

namespace autopulse::callevents::persistence::migrations {
namespace {

absl::string_view FolderOf(Dialect dialect) {
  return dialect == Dialect::kSqlite ? "sqlite/" : "pgsql/";
}

// From files named `pgsql/0005_wide_keys.up.sql` and `.down.sql`.
std::vector<Revision> Collect(Dialect dialect) {
  std::map<int, Revision> by_number;
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    constexpr std::size_t kDigits = 4;
    absl::string_view name = file.name;
    int number = 0;
    if (!absl::ConsumePrefix(&name, FolderOf(dialect))) continue;
    if (!absl::SimpleAtoi(name.substr(0, kDigits), &number)) continue;
    const bool up = absl::ConsumeSuffix(&name, ".up.sql");
    if (!up) absl::ConsumeSuffix(&name, ".down.sql");
    Revision& revision = by_number[number];
    revision.number = number;
    revision.name = std::string(name.substr(kDigits + 1));
    (up ? revision.up : revision.down) = file.text;
  }
  std::vector<Revision> revisions;
  for (auto& [number, revision] : by_number) revisions.push_back(std::move(revision));
  return revisions;
}

}  // namespace

const std::vector<Revision>& Revisions(Dialect dialect) {
  static const auto& sqlite = *new std::vector<Revision>(Collect(Dialect::kSqlite));
  static const auto& pgsql = *new std::vector<Revision>(Collect(Dialect::kPgsql));
  return dialect == Dialect::kSqlite ? sqlite : pgsql;
}

int HeadRevision() { return Revisions(Dialect::kSqlite).back().number; }

std::string NameOf(int revision) {
  if (revision == kNoRevision) return "none";
  for (const Revision& known : Revisions(Dialect::kSqlite)) {
    if (known.number == revision) return absl::StrFormat("%04d %s", known.number, known.name);
  }
  return absl::StrFormat("%04d", revision);
}

std::string DescriptionOf(const Revision& revision) {
  absl::string_view line(revision.up);
  line = line.substr(0, line.find('\n'));
  absl::ConsumePrefix(&line, "-- ");
  return std::string(line);
}

absl::StatusOr<int> FindRevision(absl::string_view word) {
  if (word == "head") return HeadRevision();
  int number = 0;
  const bool is_number = absl::SimpleAtoi(word, &number);
  for (const Revision& known : Revisions(Dialect::kSqlite)) {
    if (known.name == word || (is_number && known.number == number)) return known.number;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no revision `", word, "`: `history` lists them"));
}

const std::string& SqlFile(Dialect dialect, absl::string_view name) {
  static const std::string& none = *new std::string();
  for (const EmbeddedFile& file : EmbeddedFiles()) {
    if (file.name == absl::StrCat(FolderOf(dialect), name)) return file.text;
  }
  return none;
}

}  // namespace autopulse::callevents::persistence::migrations
