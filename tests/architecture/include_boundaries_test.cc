// Who may include whom, and which library stands behind which folder: docs/architecture.md. System
// headers are visible to every target, so the build cannot tell.

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/architecture/source_tree.h"

namespace autopulse::callevents::architecture {
namespace {

using Names = std::set<std::string>;

// What an include is of, by the beginning of its path; the first row that fits decides.
struct Origin {
  std::string prefix;
  std::string name;
};

const std::vector<Origin>& Origins() {
  static const auto& origins = *new std::vector<Origin>{
      {"services/base/terminal_text.", "terminal text"},
      {"services/base/", "base"},
      {"services/domain/", "domain"},
      {"services/core/", "core"},
      {"services/grpc/", "grpc"},
      {"persistence/spool/", "spool"},
      {"persistence/migrations/", "migrations"},
      {"persistence/", "persistence"},
      {"adapter/", "adapter"},
      {"clients/cpp/channel", "channel"},
      {"clients/cpp/", "client"},
      {"autopulse/", "proto"},
      {"absl/", "Abseil"},
      {"grpcpp/", "gRPC"},
      {"grpc/", "gRPC"},
      {"google/protobuf/", "Protobuf"},
      {"odb/", "ODB"},
      {"sqlite3", "SQLite"},
      {"libpq", "libpq"},
      {"postgresql/", "libpq"},
      {"nlohmann/", "JSON"},
      {"simdjson", "JSON"},
      {"httplib", "cpp-httplib"},
      {"CLI/", "CLI11"},
      {"spdlog/", "spdlog"},
      {"fmt/", "spdlog"},
      {"openssl/", "OpenSSL"},
      {"sys/", "system"},
      {"netinet/", "system"},
      {"arpa/", "system"},
  };
  return origins;
}

// The C library's and the system's headers without a folder of their own; `<vector>` and its like
// have no `.h`.
std::string OriginOf(const std::string& include) {
  for (const Origin& origin : Origins()) {
    if (absl::StartsWith(include, origin.prefix)) return origin.name;
  }
  if (absl::StrContains(include, '/')) return absl::StrCat("unknown (", include, ")");
  return absl::EndsWith(include, ".h") ? "system" : "std";
}

// What the files of one folder may include.
struct Boundary {
  std::string folder;  // or one file
  Names ours;
  Names libraries;
};

// The first row that a path begins with decides. What a folder reaches through another one is named
// here too: arrows chain.
const std::vector<Boundary>& Boundaries() {
  static const auto& boundaries = *new std::vector<Boundary>{
      {"services/base/", {"base", "terminal text"}, {"std", "Abseil", "system", "spdlog", "CLI11"}},
      {"services/domain/", {"domain"}, {"std", "Abseil"}},
      {"services/core/", {"core", "domain", "base"}, {"std", "Abseil"}},
      {"services/grpc/",
       {"grpc", "core", "domain", "base", "proto"},
       {"std", "Abseil", "system", "gRPC", "Protobuf", "OpenSSL"}},
      {"services/server_main.cc",
       {"grpc", "core", "domain", "base", "persistence", "proto"},
       {"std", "Abseil", "system", "gRPC"}},
      {"persistence/spool/", {"spool", "base"}, {"std", "Abseil", "system", "ODB", "SQLite"}},
      {"persistence/migrations/",
       {"migrations", "base"},
       {"std", "Abseil", "system", "SQLite", "libpq"}},
      {"persistence/maintenance/",
       {"persistence", "migrations", "core", "domain", "base"},
       {"std", "Abseil", "system"}},
      {"persistence/transcript_json.", {"persistence", "domain"}, {"std", "Abseil", "JSON"}},
      {"persistence/",
       {"persistence", "migrations", "core", "domain", "base"},
       {"std", "Abseil", "system", "ODB", "SQLite", "libpq"}},
      {"adapter/",
       {"adapter", "channel", "proto", "base", "spool"},
       {"std", "Abseil", "system", "gRPC", "Protobuf", "JSON", "cpp-httplib", "OpenSSL"}},
      {"clients/cpp/callctl/adapter_admin.",
       {"client", "channel", "proto"},
       {"std", "Abseil", "JSON", "cpp-httplib"}},
      {"clients/cpp/callctl/terminal_text.",
       {"client", "terminal text"},
       {"std", "Abseil", "system"}},
      {"clients/cpp/",
       {"client", "channel", "proto"},
       {"std", "Abseil", "system", "gRPC", "Protobuf", "JSON", "CLI11"}},
  };
  return boundaries;
}

const Boundary* BoundaryOf(const std::string& path) {
  for (const Boundary& boundary : Boundaries()) {
    if (absl::StartsWith(path, boundary.folder)) return &boundary;
  }
  return nullptr;
}

// What is wrong with one file's includes, a line each.
std::vector<std::string> Violations(const SourceFile& file) {
  const Boundary* boundary = BoundaryOf(file.path);
  if (boundary == nullptr) return {absl::StrCat(file.path, " is in no folder of the table")};
  std::vector<std::string> violations;
  for (const std::string& include : Includes(file.text)) {
    const std::string origin = OriginOf(include);
    if (boundary->ours.count(origin) == 0 && boundary->libraries.count(origin) == 0) {
      violations.push_back(
          absl::StrCat(file.path, " must not include ", include, " (", origin, ")"));
    }
  }
  return violations;
}

std::vector<SourceFile> Sources() {
  std::vector<SourceFile> sources;
  for (const char* folder : {"services", "persistence", "adapter", "clients/cpp"}) {
    for (SourceFile& file : ReadFiles(folder, {".h", ".hpp", ".cc", ".cpp"})) {
      sources.push_back(std::move(file));
    }
  }
  return sources;
}

TEST(IncludeBoundariesTest, EveryIncludeStaysWithinItsBoundary) {
  const std::vector<SourceFile> sources = Sources();
  ASSERT_GT(sources.size(), 50u) << "the sources are not where the test looks for them";
  std::vector<std::string> violations;
  for (const SourceFile& file : sources) {
    for (std::string& violation : Violations(file)) violations.push_back(std::move(violation));
  }
  EXPECT_TRUE(violations.empty()) << absl::StrJoin(violations, "\n");
}

// What a cell of the page lists; behind a semicolon are exceptions.
Names Listed(const std::string& cell) {
  const std::vector<std::string> parts = absl::StrSplit(cell, absl::MaxSplits(';', 1));
  return absl::StrSplit(parts.front(), ", ", absl::SkipWhitespace());
}

// Those of `names` that the page does not have to list: a folder's own, and what all may include.
bool GoesWithoutSaying(const std::string& folder, const std::string& name) {
  if (name == "std" || name == "system") return true;
  return std::any_of(Origins().begin(), Origins().end(), [&](const Origin& origin) {
    const Boundary* boundary = BoundaryOf(origin.prefix);
    return origin.name == name && boundary != nullptr && boundary->folder == folder;
  });
}

void ExpectListed(const std::string& folder, const std::string& cell, const Names& allowed) {
  EXPECT_THAT(allowed, testing::IsSupersetOf(Listed(cell))) << folder;
  for (const std::string& name : allowed) {
    EXPECT_TRUE(GoesWithoutSaying(folder, name) || absl::StrContains(cell, name))
        << folder << " may include " << name << ", and the page does not say so";
  }
}

TEST(IncludeBoundariesTest, ThePageSaysWhatIsTested) {
  std::set<std::string> folders;
  for (const std::string& line : Lines(ReadFile("docs/architecture.md"))) {
    const std::vector<std::string> cells = TableCells(line);
    if (cells.size() != 4) continue;
    const std::string folder(absl::StripPrefix(absl::StripSuffix(cells[0], "`"), "`"));
    const Boundary* boundary = BoundaryOf(folder);
    if (boundary == nullptr) continue;
    EXPECT_EQ(boundary->folder, folder) << "has no row of its own";
    folders.insert(folder);
    ExpectListed(folder, cells[2], boundary->ours);
    ExpectListed(folder, cells[3], boundary->libraries);
  }
  for (const Boundary& boundary : Boundaries()) {
    if (!absl::EndsWith(boundary.folder, "/")) continue;  // an exception of a folder
    EXPECT_THAT(folders, testing::Contains(boundary.folder));
  }
}

// The beginnings of what a README says that its folder may include, besides itself.
std::vector<std::string> MayInclude(const std::string& readme) {
  std::vector<std::string> prefixes;
  const std::size_t begin = readme.find("May include ");
  if (begin == std::string::npos) return prefixes;
  const std::vector<std::string> parts =
      absl::StrSplit(readme.substr(begin, readme.find("itself", begin) - begin), '`');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    prefixes.push_back(parts[i].substr(0, parts[i].find('*')));
  }
  return prefixes;
}

TEST(IncludeBoundariesTest, AFolderOfTheAdapterKeepsToItsReadme) {
  const std::vector<SourceFile> sources = Sources();
  Names folders;
  for (const SourceFile& readme : ReadFiles("adapter", {"README.md"})) {
    std::vector<std::string> allowed = MayInclude(readme.text);
    if (allowed.empty()) continue;
    const std::string folder(absl::StripSuffix(readme.path, "README.md"));
    folders.insert(folder);
    allowed.push_back(folder);
    for (const SourceFile& file : sources) {
      if (!absl::StartsWith(file.path, folder)) continue;
      for (const std::string& include : Includes(file.text)) {
        if (BoundaryOf(include) == nullptr) continue;  // a library's
        EXPECT_TRUE(std::any_of(
            allowed.begin(), allowed.end(),
            [&](const std::string& prefix) { return absl::StartsWith(include, prefix); }))
            << file.path << " must not include " << include;
      }
    }
  }
  EXPECT_THAT(folders, testing::ElementsAre("adapter/", "adapter/auth/", "adapter/relay/"))
      << "a README says no longer what its folder may include, or not in these words";
}

TEST(IncludeBoundariesTest, AnIncludeBeyondTheBoundaryIsFound) {
  EXPECT_THAT(Violations({"services/domain/x.cc", "#include \"services/core/call_store.h\"\n"}),
              testing::SizeIs(1));
  EXPECT_THAT(Violations({"services/domain/x.cc", "  #  include <grpcpp/grpcpp.h>\n"}),
              testing::SizeIs(1));
  EXPECT_THAT(Violations({"persistence/x.cc", "#include <nlohmann/json.hpp>\n"}),
              testing::SizeIs(1));
  EXPECT_THAT(
      Violations({"persistence/migrations/x.cc", "#include \"services/core/call_store.h\"\n"}),
      testing::SizeIs(1));
  EXPECT_THAT(Violations({"adapter/x.cc", "#include \"persistence/open_database.h\"\n"}),
              testing::SizeIs(1));
  EXPECT_THAT(Violations({"adapter/x.cc", "#include \"clients/cpp/call_events_client.h\"\n"}),
              testing::SizeIs(1));
  EXPECT_THAT(Violations({"services/elsewhere/x.cc", ""}), testing::SizeIs(1));
}

}  // namespace
}  // namespace autopulse::callevents::architecture
