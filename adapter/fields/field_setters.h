#pragma once

#include <string>
#include <utility>

#include "adapter/fields/field_table.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// What the rows of a field table may do with a value. `Into` is given what reads the value, and the
// way to its target as pointers to `mutable_...` members, the outermost first, so that a row reads
// like the field:
//
//   {{"a.b"}, Into<ReadText, &Report::mutable_a, &A::mutable_b>}
namespace autopulse::callevents::adapter {

// Each reads `source.value` into `target` and says what became of it.

// A text. An empty one is as good as absent; a NUL in it becomes U+FFFD, with a counted warning.
FieldOutcome ReadText(const FieldSource& source, std::string& target);

// Any value, as compact JSON text.
FieldOutcome ReadJsonText(const FieldSource& source, std::string& target);

// A number, as the decimal text that a NUMERIC(10,4) holds [R3].
FieldOutcome ReadMoney(const FieldSource& source, std::string& target);

// An ISO 8601 text, see `ParseIsoTime`.
FieldOutcome ReadIsoTime(const FieldSource& source, google::protobuf::Timestamp& target);

// A number of milliseconds since 1970; fractions are dropped [T4, T5].
FieldOutcome ReadEpochMs(const FieldSource& source, google::protobuf::Timestamp& target);

// Either of the two above, to the microsecond [V9].
FieldOutcome ReadInstant(const FieldSource& source, google::protobuf::Timestamp& target);

// A number of milliseconds that an INTEGER column holds; fractions are dropped [T5].
FieldOutcome ReadWholeMs(const FieldSource& source, google::protobuf::Duration& target);

// A number of seconds whose whole part an INTEGER column holds; zero is as good as absent [R4].
FieldOutcome ReadColumnSeconds(const FieldSource& source, google::protobuf::Duration& target);

// A number of seconds, to the nanosecond.
FieldOutcome ReadSeconds(const FieldSource& source, google::protobuf::Duration& target);

namespace field_setters_internal {

// What a reader reads. Never defined.
template <typename Value>
Value ValueOf(FieldOutcome (*read)(const FieldSource&, Value&));

template <auto kFirst, auto... kRest, typename Message>
auto& Target(Message& message) {
  auto* next = (message.*kFirst)();
  if constexpr (sizeof...(kRest) == 0) {
    return *next;
  } else {
    return Target<kRest...>(*next);
  }
}

}  // namespace field_setters_internal

// Sets what `kPath` leads to, to what `kRead` reads. It is touched only if the value is right, so
// that a wrong one leaves it absent.
template <auto kRead, auto... kPath, typename Message>
FieldOutcome Into(const FieldSource& source, Message& message) {
  decltype(field_setters_internal::ValueOf(kRead)) value;
  const FieldOutcome outcome = kRead(source, value);
  if (outcome == FieldOutcome::kTaken) {
    field_setters_internal::Target<kPath...>(message) = std::move(value);
  }
  return outcome;
}

}  // namespace autopulse::callevents::adapter
