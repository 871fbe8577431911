#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "absl/strings/string_view.h"

// The limits that more than one part of the project keeps to: of what columns hold, and of what is
// sent at once.
namespace autopulse::callevents::base {

// How many characters a text has.
constexpr std::size_t CountCharacters(absl::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

// How much the columns of section A of docs/rules.md hold, down to the times: lengths are in
// characters. The adapter drops an optional value that is beyond them, with a counted warning [T5];
// the service refuses it, naming the field.
inline constexpr std::size_t kMaxCustomerNameLength = 100;
inline constexpr std::size_t kMaxCustomerNumberLength = 20;
inline constexpr std::size_t kMaxDirectionLength = 10;
inline constexpr std::size_t kMaxVehicleInfoLength = 100;
inline constexpr std::size_t kMaxServiceTypeLength = 50;
inline constexpr std::size_t kMaxProviderCallIdLength = 100;  // vapi_call_id [D1]
inline constexpr std::size_t kMaxProviderLength = 20;
inline constexpr std::size_t kMaxProviderWordLength = 100;  // types, statuses, reasons, kinds
inline constexpr std::size_t kMaxEventIdLength = 64;        // [O1]
inline constexpr std::size_t kMaxRoleLength = 50;           // transcript.role

// INTEGER columns: duration_sec, duration_ms, transcript.duration.
inline constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int32_t>::max();
inline constexpr std::int64_t kMinInteger = std::numeric_limits<std::int32_t>::min();

// NUMERIC(10,4) columns: cost. 999999.9999 in ten thousandths, either way.
inline constexpr std::int64_t kMaxTenThousandths = 9'999'999'999;

// The first and the last second of the years 1 to 9999, which google.protobuf.Timestamp and every
// column reach to; since 1970.
inline constexpr std::int64_t kMinUnixSeconds = -62'135'596'800;
inline constexpr std::int64_t kMaxUnixSeconds = 253'402'300'799;

// How many lines a report may have: many times those of the longest calls, and no more than memory
// has room for.
inline constexpr int kMaxTranscriptEntries = 20'000;

// How many those of a batch may have together: more than the adapter's batches of 2 MiB can hold,
// and what is written within a transaction's time.
inline constexpr int kMaxBatchTranscriptEntries = 250'000;

// How many events a batch may have.
inline constexpr int kMaxBatchSize = 500;

// What a filter of calls may have: a database plans for each comparison, and a watcher makes all of
// them for each event.
inline constexpr std::size_t kMaxFilterBytes = 4096;
inline constexpr std::size_t kMaxFilterComparisons = 32;

// The largest id that a database gives a row by itself, behind the largest that there is up to
// here. Larger ones, 2^63-1 even, may be chosen and leave the counting as it is.
inline constexpr std::int64_t kLargestCountedId = (std::int64_t{1} << 62) - 1;

// Of those that are counted, the last million millions may not be chosen: or whoever chooses one
// of them would use them up.
inline constexpr std::int64_t kLargestChosenCountedId = kLargestCountedId - 1'000'000'000'000;

// The largest request body that the adapter takes, and what a gRPC message may be so that every
// such body fits: text in JSON never grows when it becomes protobuf by more than half.
inline constexpr std::size_t kMaxWebhookBytes = std::size_t{8} << 20;
inline constexpr std::size_t kMaxMessageBytes = std::size_t{16} << 20;

}  // namespace autopulse::callevents::base
