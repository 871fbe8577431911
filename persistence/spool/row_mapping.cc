#include "persistence/spool/row_mapping.h"

#include <cstddef>

namespace autopulse::callevents::persistence::spool {
namespace {

// An error says what is wrong in its first sentence; the rest would only fill the disk.
constexpr std::size_t kMaxErrorBytes = 500;

std::string Cut(const std::string& error) { return error.substr(0, kMaxErrorBytes); }

template <typename Row>
DeadLetter WithoutPayload(const Row& row) {
  return {.id = row.id,
          .reason = row.reason,
          .call = row.call,
          .form = row.form,
          .payload = {},
          .receive_time = FromMicros(row.receive_time),
          .create_time = FromMicros(row.create_time),
          .failures = FromColumns(row.failures)};
}

}  // namespace

std::int64_t ToMicros(absl::Time time) {
  return time == absl::InfinitePast() ? 0 : absl::ToUnixMicros(time);
}

absl::Time FromMicros(std::int64_t micros) {
  return micros == 0 ? absl::InfinitePast() : absl::FromUnixMicros(micros);
}

Blob ToBlob(absl::string_view bytes) { return {bytes.begin(), bytes.end()}; }

FailureColumns ToColumns(const Failures& failures) {
  FailureColumns columns;
  columns.attempts = failures.attempts;
  columns.first_error = Cut(failures.first_error);
  columns.first_error_time = ToMicros(failures.first_error_time);
  columns.last_error = Cut(failures.last_error);
  columns.last_error_time = ToMicros(failures.last_error_time);
  columns.unknown_since = ToMicros(failures.unknown_since);
  return columns;
}

Failures FromColumns(const FailureColumns& columns) {
  return {.attempts = static_cast<int>(columns.attempts),
          .first_error = columns.first_error,
          .first_error_time = FromMicros(columns.first_error_time),
          .last_error = columns.last_error,
          .last_error_time = FromMicros(columns.last_error_time),
          .unknown_since = FromMicros(columns.unknown_since)};
}

PendingEvent FromRow(const DueEvent& row) {
  return {.id = row.id,
          .lane = row.lane_id,
          .alone = row.lane_call.empty(),
          .call = row.call,
          .payload = std::string(row.payload.begin(), row.payload.end()),
          .receive_time = FromMicros(row.receive_time),
          .due = FromMicros(row.lane_due_time),
          .failures = FromColumns(row.failures)};
}

DeadLetterRow ToRow(const DeadLetter& letter) {
  DeadLetterRow row;
  row.reason = letter.reason;
  row.call = letter.call;
  row.form = letter.form;
  row.receive_time = ToMicros(letter.receive_time);
  row.create_time = ToMicros(letter.create_time);
  row.failures = ToColumns(letter.failures);
  row.payload = ToBlob(letter.payload);
  return row;
}

DeadLetter FromRow(const DeadLetterRow& row) {
  DeadLetter letter = WithoutPayload(row);
  letter.payload.assign(row.payload.begin(), row.payload.end());
  return letter;
}

DeadLetter FromRow(const DeadLetterSummary& row) { return WithoutPayload(row); }

}  // namespace autopulse::callevents::persistence::spool
