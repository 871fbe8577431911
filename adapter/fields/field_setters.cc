#include "adapter/fields/field_setters.h"

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "adapter/fields/exact_number.h"
#include "adapter/fields/iso_time.h"
#include "adapter/json/utf8.h"
#include "services/base/limits.h"

namespace autopulse::callevents::adapter {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kMsPerSecond = 1'000;
constexpr int kNanosDecimals = 9;
constexpr int kMicrosDecimals = 3;  // of a millisecond

FieldOutcome SetTime(std::optional<absl::Time> time, google::protobuf::Timestamp& target) {
  if (!time.has_value()) return FieldOutcome::kWrong;
  const std::int64_t micros = absl::ToUnixMicros(*time);
  const std::int64_t seconds = absl::ToUnixSeconds(*time);  // rounds down, as `micros` does
  if (seconds < base::kMinUnixSeconds || seconds > base::kMaxUnixSeconds) {
    return FieldOutcome::kWrong;
  }
  target.set_seconds(seconds);
  target.set_nanos(static_cast<std::int32_t>((micros - seconds * 1'000'000) * 1'000));
  return FieldOutcome::kTaken;
}

// An amount of 1/`per_second` seconds; both parts of a Duration have the same sign.
void SetDuration(std::int64_t amount, std::int64_t per_second, google::protobuf::Duration& target) {
  target.set_seconds(amount / per_second);
  target.set_nanos(static_cast<std::int32_t>(amount % per_second * (kNanosPerSecond / per_second)));
}

bool InColumn(std::int64_t value) {
  return value >= base::kMinInteger && value <= base::kMaxInteger;
}

std::optional<std::int64_t> Scaled(const FieldSource& source, int decimals) {
  if (source.value.kind() != JsonKind::kNumber) return std::nullopt;
  return ScaledInteger(source.value.text(), decimals, Rounding::kTowardZero);
}

}  // namespace

FieldOutcome ReadText(const FieldSource& source, std::string& target) {
  if (source.value.kind() != JsonKind::kString) return FieldOutcome::kWrong;
  const absl::string_view text = source.value.text();
  if (text.empty()) return FieldOutcome::kEmpty;
  if (HasNul(text)) {
    source.Warn(kNulReplaced);
    target = WithoutNul(text);
  } else {
    target = std::string(text);
  }
  return FieldOutcome::kTaken;
}

FieldOutcome ReadJsonText(const FieldSource& source, std::string& target) {
  AppendJson(source.value, target);
  return FieldOutcome::kTaken;
}

FieldOutcome ReadMoney(const FieldSource& source, std::string& target) {
  if (source.value.kind() != JsonKind::kNumber) return FieldOutcome::kWrong;
  std::optional<std::string> money = MoneyText(source.value.text());
  if (!money.has_value()) return FieldOutcome::kWrong;
  target = *std::move(money);
  return FieldOutcome::kTaken;
}

FieldOutcome ReadIsoTime(const FieldSource& source, google::protobuf::Timestamp& target) {
  if (source.value.kind() != JsonKind::kString) return FieldOutcome::kWrong;
  if (source.value.text().empty()) return FieldOutcome::kEmpty;
  return SetTime(ParseIsoTime(source.value.text()), target);
}

FieldOutcome ReadEpochMs(const FieldSource& source, google::protobuf::Timestamp& target) {
  const auto ms = Scaled(source, 0);
  return SetTime(ms.has_value() ? std::optional(absl::FromUnixMillis(*ms)) : std::nullopt, target);
}

FieldOutcome ReadInstant(const FieldSource& source, google::protobuf::Timestamp& target) {
  if (source.value.kind() == JsonKind::kString) return ReadIsoTime(source, target);
  const auto micros = Scaled(source, kMicrosDecimals);
  return SetTime(micros.has_value() ? std::optional(absl::FromUnixMicros(*micros)) : std::nullopt,
                 target);
}

FieldOutcome ReadWholeMs(const FieldSource& source, google::protobuf::Duration& target) {
  const auto ms = Scaled(source, 0);
  if (!ms.has_value() || !InColumn(*ms)) return FieldOutcome::kWrong;
  SetDuration(*ms, kMsPerSecond, target);
  return FieldOutcome::kTaken;
}

FieldOutcome ReadSeconds(const FieldSource& source, google::protobuf::Duration& target) {
  const auto nanos = Scaled(source, kNanosDecimals);
  if (!nanos.has_value()) return FieldOutcome::kWrong;
  SetDuration(*nanos, kNanosPerSecond, target);
  return FieldOutcome::kTaken;
}

FieldOutcome ReadColumnSeconds(const FieldSource& source, google::protobuf::Duration& target) {
  const FieldOutcome outcome = ReadSeconds(source, target);
  if (outcome != FieldOutcome::kTaken) return outcome;
  if (!InColumn(target.seconds())) return FieldOutcome::kWrong;
  if (target.seconds() == 0 && target.nanos() == 0) return FieldOutcome::kEmpty;
  return outcome;
}

}  // namespace autopulse::callevents::adapter
