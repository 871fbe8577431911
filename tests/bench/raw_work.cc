#include "tests/bench/raw_work.h"

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/bench/fail.h"
#include "tests/bench/mix.h"

namespace autopulse::callevents::bench {
namespace {

constexpr std::size_t kAbreast = 64;
constexpr std::size_t kReportLines = 20;

// The status that a call has after each of its life's steps; the last one is the report.
constexpr std::array<const char*, 6> kStatuses = {"Ready",     "Ringing",   "In Progress",
                                                  "Completed", "Completed", "Completed"};

// The event of a step of a call's life. Its id is as long as those of the adapter, its lines are of
// a usual length.
RawEvent EventOf(std::uint64_t call, std::size_t step) {
  static const auto& line = *new std::string(90, 'x');
  RawEvent event;
  event.call = call;
  event.event_id = absl::StrCat("event-of-the-raw-limit-with-43-characters-", step);
  event.provider_status = event.status = kStatuses.at(step);
  if (step + 1 == kStatuses.size()) event.lines.assign(kReportLines, line);
  return event;
}

// The time of a measurement, which begins when it is made.
class Clock {
 public:
  explicit Clock(const RawOptions& options)
      : measured_from_(Now() + static_cast<std::int64_t>(options.warm_up * 1e9)),
        end_(measured_from_ + static_cast<std::int64_t>(options.seconds * 1e9)) {}

  bool warm() const { return Now() >= measured_from_; }
  bool over() const { return Now() >= end_; }
  double MeasuredSeconds() const { return static_cast<double>(Now() - measured_from_) / 1e9; }

 private:
  const std::int64_t measured_from_;
  const std::int64_t end_;
};

// Records until the time is over; how many events were measured.
std::size_t Record(RawDatabase& database, const RawOptions& options, std::size_t client,
                   const Clock& clock) {
  const Schedule schedule(options.first_call + client * options.calls / options.clients,
                          kStatuses.size(), kAbreast);
  std::size_t measured = 0;
  for (std::size_t next = 0; !clock.over();) {
    const bool measures = clock.warm();
    std::vector<RawEvent> group;
    for (std::size_t i = 0; i < options.group; ++i, ++next) {
      group.push_back(EventOf(schedule.CallOf(next), schedule.StepOf(next)));
    }
    database.Record(group);
    if (measures) measured += group.size();
  }
  return measured;
}

}  // namespace

double RawRate(const std::function<std::unique_ptr<RawDatabase>()>& open,
               const RawOptions& options) {
  if (options.group > kAbreast) Fail(absl::StrCat("a group has at most ", kAbreast, " events"));
  std::vector<std::unique_ptr<RawDatabase>> databases;
  for (std::size_t i = 0; i < options.clients; ++i) databases.push_back(open());
  const Clock clock(options);
  std::vector<std::size_t> events(options.clients);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.clients; ++i) {
    threads.emplace_back([&, i] { events[i] = Record(*databases[i], options, i, clock); });
  }
  std::size_t measured = 0;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    measured += events[i];
  }
  return static_cast<double>(measured) / clock.MeasuredSeconds();
}

}  // namespace autopulse::callevents::bench
