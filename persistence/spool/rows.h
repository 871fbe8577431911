#pragma once

#include <cstdint>
#include <odb/core.hxx>
#include <string>
#include <vector>

// The schema of the spool, read by the ODB compiler. Times are microseconds since 1970-01-01 UTC,
// zero for none. What is `readonly` is never written again once the row is inserted.
namespace autopulse::callevents::persistence::spool {

using Blob = std::vector<char>;

// What has failed with an event.
#pragma db value
struct FailureColumns {
  std::int64_t attempts = 0;
  std::string first_error;
  std::int64_t first_error_time = 0;
  std::string last_error;
  std::int64_t last_error_time = 0;
  std::int64_t unknown_since = 0;
};

// A queue of events that are sent one after the other: those of one call, or one that stands aside.
#pragma db object table("lane")
struct LaneRow {
#pragma db id auto
  std::int64_t id = 0;
#pragma db readonly
  std::string call;  // empty for an event that stands aside
  std::int64_t due_time = 0;

#pragma db index("lane_call_i") members(call)
#pragma db index("lane_due_time_i") members(due_time, id)
};

// An event that is still to be sent. Their order within a lane is that of `id`.
#pragma db object table("pending_event")
struct PendingEventRow {
#pragma db id auto
  std::int64_t id = 0;
  std::int64_t lane_id = 0;
#pragma db readonly
  std::string call;
#pragma db readonly
  std::int64_t receive_time = 0;
#pragma db column("")
  FailureColumns failures;
#pragma db type("BLOB") readonly
  Blob payload;  // last, so that what is asked about a row does not read it

#pragma db index("pending_event_lane_id_i") members(lane_id, id)
};

// What could not be delivered and waits for somebody to look at it.
#pragma db object table("dead_letter")
struct DeadLetterRow {
#pragma db id auto
  std::int64_t id = 0;
#pragma db readonly
  std::string reason;
#pragma db readonly
  std::string call;
#pragma db readonly
  std::string form;
#pragma db readonly
  std::int64_t receive_time = 0;
#pragma db readonly
  std::int64_t create_time = 0;
#pragma db column("")
  FailureColumns failures;
#pragma db type("BLOB") readonly
  Blob payload;

#pragma db index("dead_letter_call_i") members(call, id)
#pragma db index("dead_letter_create_time_i") members(create_time, id)
};

// A page of what is to be sent, the lanes that are due first in front.
#pragma db view object(LaneRow) object(PendingEventRow : PendingEventRow::lane_id == LaneRow::id)
struct DueEvent {
#pragma db column(LaneRow::id)
  std::int64_t lane_id = 0;
#pragma db column(LaneRow::call)
  std::string lane_call;
#pragma db column(LaneRow::due_time)
  std::int64_t lane_due_time = 0;
#pragma db column(PendingEventRow::id)
  std::int64_t id = 0;
#pragma db column(PendingEventRow::call)
  std::string call;
#pragma db column(PendingEventRow::receive_time)
  std::int64_t receive_time = 0;
#pragma db column(PendingEventRow::failures)
  FailureColumns failures;
#pragma db column(PendingEventRow::payload) type("BLOB")
  Blob payload;
};

// A dead letter without what it holds.
#pragma db view object(DeadLetterRow)
struct DeadLetterSummary {
#pragma db column(DeadLetterRow::id)
  std::int64_t id = 0;
#pragma db column(DeadLetterRow::reason)
  std::string reason;
#pragma db column(DeadLetterRow::call)
  std::string call;
#pragma db column(DeadLetterRow::form)
  std::string form;
#pragma db column(DeadLetterRow::receive_time)
  std::int64_t receive_time = 0;
#pragma db column(DeadLetterRow::create_time)
  std::int64_t create_time = 0;
#pragma db column(DeadLetterRow::failures)
  FailureColumns failures;
};

#pragma db view object(DeadLetterRow)
struct DeadLetterCount {
#pragma db column("count(" + DeadLetterRow::id + ")")
  std::int64_t count = 0;
};

// When a pending event came in.
#pragma db view object(PendingEventRow)
struct PendingReceipt {
#pragma db column(PendingEventRow::receive_time)
  std::int64_t receive_time = 0;
};

#pragma db view object(PendingEventRow)
struct PendingCount {
#pragma db column("count(" + PendingEventRow::id + ")")
  std::int64_t count = 0;
};

// What the file has room for without growing.
#pragma db view query(                                    \
    "SELECT f.\"freelist_count\" * p.\"page_size\" FROM " \
    "pragma_freelist_count AS f, pragma_page_size AS p")
struct FreeBytes {
  std::int64_t bytes = 0;
};

// A call that has a lane.
#pragma db view object(LaneRow)
struct LaneCall {
#pragma db column(LaneRow::call)
  std::string call;
};

// The lane of a call.
#pragma db view object(LaneRow)
struct LaneHead {
#pragma db column(LaneRow::id)
  std::int64_t id = 0;
};

}  // namespace autopulse::callevents::persistence::spool
