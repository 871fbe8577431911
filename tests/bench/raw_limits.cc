// The limits of disk and databases: one call of fdatasync, and what recording events costs without
// the programs. Prints one JSON object.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "nlohmann/json.hpp"
#include "tests/bench/fail.h"
#include "tests/bench/histogram.h"
#include "tests/bench/raw_database.h"
#include "tests/bench/raw_work.h"

namespace autopulse::callevents::bench {
namespace {

// Writes a page of a file that is there already, as a database's log is, and makes it durable;
// again and again.
nlohmann::json MeasureFdatasync(const std::string& folder, double seconds) {
  const std::string file = folder + "/fdatasync";
  const int fd = open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) Fail("cannot write " + file);
  constexpr off_t kPages = 256;
  const std::array<char, 4096> page{};
  const auto write_page = [&](off_t number) {
    if (pwrite(fd, page.data(), page.size(), number * 4096) != 4096) Fail("cannot write " + file);
  };
  for (off_t number = 0; number < kPages; ++number) write_page(number);
  if (fsync(fd) != 0) Fail("cannot write " + file);
  Histogram latencies;
  const std::int64_t end = Now() + static_cast<std::int64_t>(seconds * 1e9);
  for (off_t number = 0; Now() < end; number = (number + 1) % kPages) {
    const std::int64_t begin = Now();
    write_page(number);
    if (fdatasync(fd) != 0) Fail("cannot write " + file);
    latencies.Record(Now() - begin);
  }
  close(fd);
  unlink(file.c_str());
  return {{"latency_us", latencies.Percentiles()}};
}

int Main(int argc, char** argv) {
  RawOptions options;
  std::string what;
  std::string database;
  CLI::App app("The limits of disk and databases.");
  app.add_option("what", what)
      ->required()
      ->check(CLI::IsMember({"fdatasync", "sqlite", "postgresql"}));
  app.add_option("--database", database, "file, URL, or folder for fdatasync")->required();
  app.add_option("--group", options.group, "events in one transaction; 64 at most");
  app.add_option("--clients", options.clients);
  app.add_option("--seconds", options.seconds);
  app.add_option("--warm-up", options.warm_up, "seconds before, which are not measured");
  app.add_option("--first-call", options.first_call);
  app.add_option("--calls", options.calls, "how many are registered");
  CLI11_PARSE(app, argc, argv);
  nlohmann::json result;
  if (what == "fdatasync") {
    result = MeasureFdatasync(database, options.seconds);
  } else {
    const auto open = [&] {
      return what == "sqlite" ? OpenRawSqlite(database) : OpenRawPostgresql(database);
    };
    result["rate"] = RawRate(open, options);
  }
  std::cout << result.dump() << std::endl;
  return 0;
}

}  // namespace
}  // namespace autopulse::callevents::bench

int main(int argc, char** argv) { return autopulse::callevents::bench::Main(argc, argv); }
