#include <libpq-fe.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/fail.h"
#include "tests/bench/raw_database.h"

namespace autopulse::callevents::bench {
namespace {

constexpr const char* kInsertEvent =
    "INSERT INTO call_event (call_id, event_id, event_time, receive_time, create_time, outcome,"
    " call_status, kind, provider, status, provider_status)";
constexpr const char* kEventValues = "now(), now(), now(), 'APPLIED'";

// An array in the form in which the server reads it.
class Array {
 public:
  void Add(std::uint64_t number) { elements_.push_back(absl::StrCat(number)); }
  void Add(absl::string_view text) {
    elements_.push_back(
        absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", R"(\\)"}, {"\"", R"(\")"}}), "\""));
  }

  bool empty() const { return elements_.empty(); }
  std::string text() const { return absl::StrCat("{", absl::StrJoin(elements_, ","), "}"); }

 private:
  std::vector<std::string> elements_;
};

class RawPostgresql final : public RawDatabase {
 public:
  explicit RawPostgresql(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) Fail(PQerrorMessage(connection_));
    Prepare("event", absl::StrCat(kInsertEvent, " VALUES ($1, $2, ", kEventValues,
                                  ", $3, $4, 'vapi', $3, $5)"));
    Prepare("call", "UPDATE call SET status = $2, update_time = now() WHERE id = $1");
    Prepare("events", absl::StrCat(kInsertEvent, " SELECT c, e, ", kEventValues,
                                   ", s, k, 'vapi', s, p FROM unnest($1::bigint[], $2::text[],"
                                   " $3::text[], $4::text[], $5::text[]) AS u(c, e, s, k, p)"));
    Prepare("calls",
            "UPDATE call SET status = s, update_time = now()"
            " FROM unnest($1::bigint[], $2::text[]) AS u(c, s) WHERE id = c");
    Prepare("lines",
            "INSERT INTO transcript (call_id, role, content, timestamp)"
            " SELECT c, 'human', l, now() FROM unnest($1::bigint[], $2::text[]) AS u(c, l)");
  }
  ~RawPostgresql() override { PQfinish(connection_); }
  RawPostgresql(const RawPostgresql&) = delete;
  RawPostgresql& operator=(const RawPostgresql&) = delete;

  void Record(const std::vector<RawEvent>& group) override {
    Check(PQexec(connection_, "BEGIN"));
    if (group.size() == 1) {
      RecordOne(group.front());
    } else {
      RecordAll(group);
    }
    RecordLines(group);
    Check(PQexec(connection_, "COMMIT"));
  }

 private:
  void RecordOne(const RawEvent& event) {
    const std::string call = std::to_string(event.call);
    const std::string status(event.status);
    Run("event", {call, event.event_id, status, std::string(event.kind),
                  std::string(event.provider_status)});
    Run("call", {call, status});
  }

  void RecordAll(const std::vector<RawEvent>& group) {
    Array calls;
    Array event_ids;
    Array statuses;
    Array kinds;
    Array provider_statuses;
    for (const RawEvent& event : group) {
      calls.Add(event.call);
      event_ids.Add(event.event_id);
      statuses.Add(event.status);
      kinds.Add(event.kind);
      provider_statuses.Add(event.provider_status);
    }
    Run("events",
        {calls.text(), event_ids.text(), statuses.text(), kinds.text(), provider_statuses.text()});
    Run("calls", {calls.text(), statuses.text()});
  }

  void RecordLines(const std::vector<RawEvent>& group) {
    Array calls;
    Array lines;
    for (const RawEvent& event : group) {
      for (const absl::string_view line : event.lines) {
        calls.Add(event.call);
        lines.Add(line);
      }
    }
    if (!lines.empty()) Run("lines", {calls.text(), lines.text()});
  }

  void Check(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) Fail(PQresultErrorMessage(result));
    PQclear(result);
  }
  void Prepare(const char* name, const std::string& text) {
    Check(PQprepare(connection_, name, text.c_str(), 0, nullptr));
  }
  void Run(const char* name, const std::vector<std::string>& values) {
    std::array<const char*, 5> pointers{};
    for (std::size_t i = 0; i < values.size(); ++i) pointers.at(i) = values[i].c_str();
    Check(PQexecPrepared(connection_, name, static_cast<int>(values.size()), pointers.data(),
                         nullptr, nullptr, 0));
  }

  PGconn* connection_;
};

}  // namespace

std::unique_ptr<RawDatabase> OpenRawPostgresql(const std::string& url) {
  return std::make_unique<RawPostgresql>(url);
}

}  // namespace autopulse::callevents::bench
