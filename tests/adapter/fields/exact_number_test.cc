#include "adapter/fields/exact_number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace autopulse::callevents::adapter {
namespace {

TEST(MoneyTextTest, DigitsAreRoundedHalfAwayFromZeroToFourPlaces) {  // R3
  EXPECT_EQ(MoneyText("0.1386"), "0.1386");
  EXPECT_EQ(MoneyText("0.13864999999"), "0.1386");
  EXPECT_EQ(MoneyText("0.13865"), "0.1387");
  EXPECT_EQ(MoneyText("-0.13865"), "-0.1387");
  EXPECT_EQ(MoneyText("1.00005"), "1.0001");  // as a binary number it lies below the half
  EXPECT_EQ(MoneyText("0.99995"), "1");
}

TEST(MoneyTextTest, ZerosAtTheEndAreLeftOut) {  // R3
  EXPECT_EQ(MoneyText("0"), "0");
  EXPECT_EQ(MoneyText("-0.0"), "0");
  EXPECT_EQ(MoneyText("-0.00001"), "0");
  EXPECT_EQ(MoneyText("2.50"), "2.5");
  EXPECT_EQ(MoneyText("100"), "100");
}

TEST(MoneyTextTest, ExponentsAreUnderstood) {  // R3
  EXPECT_EQ(MoneyText("7.275e-05"), "0.0001");
  EXPECT_EQ(MoneyText("1.386E-1"), "0.1386");
  EXPECT_EQ(MoneyText("12e+2"), "1200");
  EXPECT_EQ(MoneyText("1e-400"), "0");
  EXPECT_EQ(MoneyText("0e999999999999"), "0");
  EXPECT_EQ(MoneyText("5e-5"), "0.0001");
  EXPECT_EQ(MoneyText("4e-5"), "0");
  EXPECT_EQ(MoneyText("9e-6"), "0");
}

TEST(MoneyTextTest, MoreThanTheColumnHoldsIsNothing) {  // R3, T5
  EXPECT_EQ(MoneyText("999999.9999"), "999999.9999");
  EXPECT_EQ(MoneyText("-999999.99994"), "-999999.9999");
  EXPECT_EQ(MoneyText("999999.99995"), std::nullopt);
  EXPECT_EQ(MoneyText("1000000"), std::nullopt);
  EXPECT_EQ(MoneyText("1e400"), std::nullopt);
  EXPECT_EQ(MoneyText("1e5000"), std::nullopt);
  EXPECT_EQ(MoneyText("-1e99999999999999999999"), std::nullopt);
}

TEST(ScaledIntegerTest, FractionsAreDroppedTowardZero) {  // T5
  EXPECT_EQ(ScaledInteger("1750406454748.999", 0, Rounding::kTowardZero), 1750406454748);
  EXPECT_EQ(ScaledInteger("-1500.9", 0, Rounding::kTowardZero), -1500);
  EXPECT_EQ(ScaledInteger("0.999", 0, Rounding::kTowardZero), 0);
  EXPECT_EQ(ScaledInteger("1.8399999", 9, Rounding::kTowardZero), 1'839'999'900);
  EXPECT_EQ(ScaledInteger("1.75e12", 0, Rounding::kTowardZero), 1'750'000'000'000);
}

TEST(ScaledIntegerTest, APointOrAnExponentPutsTheSameDigitsElsewhere) {
  absl::BitGen random;
  for (int i = 0; i < 10'000; ++i) {
    const auto wanted = absl::LogUniform<std::int64_t>(random, 0, 999'999'999'999'999'999);
    const int decimals = absl::Uniform(random, 0, 10);
    const std::string digits = absl::StrFormat("%0*d", decimals + 1, wanted);
    const std::size_t whole = digits.size() - static_cast<std::size_t>(decimals);
    const std::string with_point =
        absl::StrCat("-", digits.substr(0, whole), decimals > 0 ? "." : "", digits.substr(whole));
    EXPECT_EQ(ScaledInteger(with_point, decimals, Rounding::kTowardZero), -wanted) << with_point;
    const std::string with_exponent = absl::StrCat(wanted, "e-", decimals);
    EXPECT_EQ(ScaledInteger(with_exponent, decimals, Rounding::kTowardZero), wanted)
        << with_exponent;
  }
}

TEST(ScaledIntegerTest, TheFirstDigitThatIsLeftOutRounds) {
  EXPECT_EQ(ScaledInteger("0.0005", 3, Rounding::kHalfAwayFromZero), 1);
  EXPECT_EQ(ScaledInteger("0.00049", 3, Rounding::kHalfAwayFromZero), 0);
  EXPECT_EQ(ScaledInteger("0.00009", 3, Rounding::kHalfAwayFromZero), 0);
  EXPECT_EQ(ScaledInteger("-14.5", 0, Rounding::kHalfAwayFromZero), -15);
}

TEST(ScaledIntegerTest, LimitsOfInt64AreReachedAndNotPassed) {
  EXPECT_EQ(ScaledInteger("9223372036854775807", 0, Rounding::kTowardZero),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(ScaledInteger("-9223372036854775808", 0, Rounding::kTowardZero),
            std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(ScaledInteger("9223372036854775808", 0, Rounding::kTowardZero), std::nullopt);
  EXPECT_EQ(ScaledInteger("9223372036854775807.5", 0, Rounding::kHalfAwayFromZero), std::nullopt);
  EXPECT_EQ(ScaledInteger("-9223372036854775808.5", 0, Rounding::kHalfAwayFromZero), std::nullopt);
  EXPECT_EQ(ScaledInteger("1e18", 3, Rounding::kTowardZero), std::nullopt);
}

}  // namespace
}  // namespace autopulse::callevents::adapter
