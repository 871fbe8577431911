#pragma once

#include <string>
#include <utility>

#include "adapter/fields/field_table.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// What the rows of a field table may do with a value. Each is given the way to its target as
// pointers to `mutable_...` members, the outermost first, so that a row reads like the field:
//
//   {{"analysis.summary"}, Text<&EndOfCallReport::mutable_analysis,
//   &CallAnalysis::mutable_summary>}
//
// The target is touched only if the value is right, so that a wrong one leaves it absent.
namespace autopulse::callevents::adapter {

// Each reads `source.value` into `target` and says what became of it.
FieldOutcome ReadText(const FieldSource& source, std::string& target);
FieldOutcome ReadJsonText(const FieldSource& source, std::string& target);
FieldOutcome ReadMoney(const FieldSource& source, std::string& target);
FieldOutcome ReadIsoTime(const FieldSource& source, google::protobuf::Timestamp& target);
FieldOutcome ReadEpochMs(const FieldSource& source, google::protobuf::Timestamp& target);
FieldOutcome ReadInstant(const FieldSource& source, google::protobuf::Timestamp& target);
FieldOutcome ReadWholeMs(const FieldSource& source, google::protobuf::Duration& target);
FieldOutcome ReadColumnSeconds(const FieldSource& source, google::protobuf::Duration& target);
FieldOutcome ReadSeconds(const FieldSource& source, google::protobuf::Duration& target);

namespace field_setters_internal {

template <auto kFirst, auto... kRest, typename Message>
auto& Target(Message& message) {
  auto* next = (message.*kFirst)();
  if constexpr (sizeof...(kRest) == 0) {
    return *next;
  } else {
    return Target<kRest...>(*next);
  }
}

template <typename Value, FieldOutcome (*kRead)(const FieldSource&, Value&), auto... kPath,
          typename Message>
FieldOutcome Set(const FieldSource& source, Message& message) {
  Value value;
  const FieldOutcome outcome = kRead(source, value);
  if (outcome == FieldOutcome::kTaken) Target<kPath...>(message) = std::move(value);
  return outcome;
}

}  // namespace field_setters_internal

// A text. An empty one is as good as absent; a NUL in it becomes U+FFFD, with a counted warning.
template <auto... kPath, typename Message>
FieldOutcome Text(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<std::string, ReadText, kPath...>(source, message);
}

// Any value, as compact JSON text.
template <auto... kPath, typename Message>
FieldOutcome JsonText(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<std::string, ReadJsonText, kPath...>(source, message);
}

// A number, as the decimal text that a NUMERIC(10,4) holds [R3].
template <auto... kPath, typename Message>
FieldOutcome Money(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<std::string, ReadMoney, kPath...>(source, message);
}

// An ISO 8601 text, see `ParseIsoTime`.
template <auto... kPath, typename Message>
FieldOutcome IsoTime(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Timestamp, ReadIsoTime, kPath...>(source,
                                                                                         message);
}

// A number of milliseconds since 1970; fractions are dropped [T4, T5].
template <auto... kPath, typename Message>
FieldOutcome EpochMs(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Timestamp, ReadEpochMs, kPath...>(source,
                                                                                         message);
}

// Either of the two above, to the microsecond [V9].
template <auto... kPath, typename Message>
FieldOutcome Instant(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Timestamp, ReadInstant, kPath...>(source,
                                                                                         message);
}

// A number of milliseconds that an INTEGER column holds; fractions are dropped [T5].
template <auto... kPath, typename Message>
FieldOutcome WholeMs(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Duration, ReadWholeMs, kPath...>(source,
                                                                                        message);
}

// A number of seconds whose whole part an INTEGER column holds; zero is as good as absent [R4].
template <auto... kPath, typename Message>
FieldOutcome ColumnSeconds(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Duration, ReadColumnSeconds, kPath...>(
      source, message);
}

// A number of seconds, to the nanosecond.
template <auto... kPath, typename Message>
FieldOutcome Seconds(const FieldSource& source, Message& message) {
  return field_setters_internal::Set<google::protobuf::Duration, ReadSeconds, kPath...>(source,
                                                                                        message);
}

}  // namespace autopulse::callevents::adapter
