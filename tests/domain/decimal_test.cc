#include "services/domain/decimal.h"

#include <gtest/gtest.h>

#include <limits>

#include "absl/status/status.h"

namespace autopulse::callevents::domain {
namespace {

std::int64_t TenThousandths(absl::string_view text) {
  const absl::StatusOr<Decimal> decimal = ParseDecimal(text);
  EXPECT_TRUE(decimal.ok()) << text << ": " << decimal.status();
  return decimal.ok() ? decimal->ten_thousandths : std::numeric_limits<std::int64_t>::min();
}

TEST(DecimalTest, DigitsAreTakenAsTheyStand) {  // R3
  EXPECT_EQ(TenThousandths("0"), 0);
  EXPECT_EQ(TenThousandths("0.1053"), 1053);
  EXPECT_EQ(TenThousandths("12"), 120'000);
  EXPECT_EQ(TenThousandths("-3.5"), -35'000);
  EXPECT_EQ(TenThousandths("+3.05"), 30'500);
  EXPECT_EQ(TenThousandths("0000007"), 70'000);
  EXPECT_EQ(TenThousandths("999999.9999"), kMaxDecimalTenThousandths);
  EXPECT_EQ(TenThousandths("-999999.9999"), -kMaxDecimalTenThousandths);
}

TEST(DecimalTest, MoreThanFourPlacesAreRoundedHalfAwayFromZero) {  // R3
  EXPECT_EQ(TenThousandths("0.00004"), 0);
  EXPECT_EQ(TenThousandths("0.00005"), 1);
  EXPECT_EQ(TenThousandths("-0.00005"), -1);
  EXPECT_EQ(TenThousandths("0.10535"), 1054);  // as a binary number it lies below the half
  EXPECT_EQ(TenThousandths("0.105349999999999999999999999"), 1053);
  EXPECT_EQ(TenThousandths("0.99995"), 10'000);
  EXPECT_EQ(TenThousandths("999999.99994"), kMaxDecimalTenThousandths);
}

TEST(DecimalTest, WhatIsNoDecimalNumberIsRefused) {
  for (const char* text : {"", "-", "+", ".", "1.", ".5", "1e3", "0x1", "1,5", " 1", "1 ", "--1",
                           "1.2.3", "NaN", "inf", "1.5a", "\xd9\xa1"}) {
    EXPECT_EQ(ParseDecimal(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(DecimalTest, WhatTheColumnCannotHoldIsRefused) {  // R3, D1
  for (const char* text :
       {"1000000", "-1000000", "999999.99995", "-999999.99995", "123456789012345678901234567890"}) {
    EXPECT_EQ(ParseDecimal(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(DecimalTest, ItIsWrittenWithNoDigitMoreThanNeeded) {
  EXPECT_EQ(ToString(Decimal{0}), "0");
  EXPECT_EQ(ToString(Decimal{1053}), "0.1053");
  EXPECT_EQ(ToString(Decimal{120'000}), "12");
  EXPECT_EQ(ToString(Decimal{-35'000}), "-3.5");
  EXPECT_EQ(ToString(Decimal{-5}), "-0.0005");
  EXPECT_EQ(ToString(Decimal{30'500}), "3.05");
  EXPECT_EQ(ToString(Decimal{kMaxDecimalTenThousandths}), "999999.9999");
}

TEST(DecimalTest, WhatIsWrittenReadsBackAsTheSame) {
  for (std::int64_t units = -20'003; units <= 20'003; units += 7) {
    EXPECT_EQ(TenThousandths(ToString(Decimal{units})), units);
  }
}

}  // namespace
}  // namespace autopulse::callevents::domain
