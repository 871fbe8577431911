#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/bench/fail.h"
#include "tests/bench/mix.h"
#include "tests/bench/raw_work.h"

namespace autopulse::callevents::bench {
namespace {

constexpr const char* kInsertEvent =
    "INSERT INTO call_event (call_id, event_id, event_time, receive_time, create_time, outcome,"
    " call_status, kind, provider, status)";
constexpr const char* kInsertLine = "INSERT INTO transcript (call_id, role, content, timestamp)";
constexpr const char* kEventValues = "now(), now(), now(), 'APPLIED'";

// What one transaction records: as many of each.
struct Group {
  std::vector<std::string> calls;
  std::vector<std::string> event_ids;
  std::vector<std::string> statuses;
  std::vector<std::string> reported_calls;
};

std::string Array(const std::vector<std::string>& elements) {
  return absl::StrCat("{\"", absl::StrJoin(elements, "\",\""), "\"}");
}

class Connection {
 public:
  explicit Connection(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) Fail(PQerrorMessage(connection_));
    Prepare("event", absl::StrCat(kInsertEvent, " VALUES ($1, $2, ", kEventValues,
                                  ", $3, 'status_update', 'vapi', $3)"));
    Prepare("call", "UPDATE call SET status = $2, update_time = now() WHERE id = $1");
    Prepare("lines", absl::StrCat(kInsertLine,
                                  " SELECT id, 'human', $2, now() FROM unnest($1::bigint[]) id,"
                                  " generate_series(1, ",
                                  kReportLines, ")"));
    Prepare("events",
            absl::StrCat(kInsertEvent, " SELECT c, e, ", kEventValues,
                         ", s, 'status_update', 'vapi', s"
                         " FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u(c, e, s)"));
    Prepare("calls",
            "UPDATE call SET status = s, update_time = now()"
            " FROM unnest($1::bigint[], $2::text[]) AS u(c, s) WHERE id = c");
  }
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Record(const Group& group) {
    Check(PQexec(connection_, "BEGIN"));
    if (group.calls.size() == 1) {
      Run("event", {group.calls[0], group.event_ids[0], group.statuses[0]});
      Run("call", {group.calls[0], group.statuses[0]});
    } else {
      const std::string calls = Array(group.calls);
      const std::string statuses = Array(group.statuses);
      Run("events", {calls, Array(group.event_ids), statuses});
      Run("calls", {calls, statuses});
    }
    if (!group.reported_calls.empty()) Run("lines", {Array(group.reported_calls), Line()});
    Check(PQexec(connection_, "COMMIT"));
  }

 private:
  void Check(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail(PQresultErrorMessage(result));
    PQclear(result);
  }
  void Prepare(const char* name, const std::string& text) {
    Check(PQprepare(connection_, name, text.c_str(), 0, nullptr));
  }
  void Run(const char* name, const std::vector<std::string>& values) {
    std::array<const char*, 3> pointers{};
    for (std::size_t i = 0; i < values.size(); ++i) pointers.at(i) = values[i].c_str();
    Check(PQexecPrepared(connection_, name, static_cast<int>(values.size()), pointers.data(),
                         nullptr, nullptr, 0));
  }

  PGconn* connection_;
};

// Records on calls of its own until the time is over; how many events were measured.
std::size_t RunClient(Connection& connection, const RawOptions& options, std::size_t client,
                      const RawClock& clock) {
  const Schedule schedule(options.first_call + client * options.calls / options.clients, kSteps,
                          kAbreast);
  std::size_t measured = 0;
  for (std::size_t events = 0; !clock.over();) {
    const bool measures = clock.warm();
    Group group;
    for (std::size_t i = 0; i < options.group; ++i, ++events) {
      group.calls.push_back(std::to_string(schedule.CallOf(events)));
      group.event_ids.push_back(EventIdOf(schedule.StepOf(events)));
      group.statuses.emplace_back(StatusAfter(schedule.StepOf(events)));
      if (schedule.StepOf(events) == kReportStep)
        group.reported_calls.push_back(group.calls.back());
    }
    connection.Record(group);
    if (measures) measured += options.group;
  }
  return measured;
}

}  // namespace

RawResult RunPostgresql(const RawOptions& options) {
  std::vector<std::unique_ptr<Connection>> connections;
  for (std::size_t i = 0; i < options.clients; ++i) {
    connections.push_back(std::make_unique<Connection>(options.database));
  }
  const RawClock clock(options);
  std::vector<std::size_t> events(options.clients);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < options.clients; ++i) {
    threads.emplace_back([&, i] { events[i] = RunClient(*connections[i], options, i, clock); });
  }
  RawResult result;
  for (std::size_t i = 0; i < threads.size(); ++i) {
    threads[i].join();
    result.measured += events[i];
  }
  result.seconds = clock.MeasuredSeconds();
  return result;
}

}  // namespace autopulse::callevents::bench
