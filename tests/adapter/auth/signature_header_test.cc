#include "adapter/auth/signature_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::adapter::auth {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(SignatureHeaderTest, TimestampIsInSecondsOrMillisecondsByItsSize) {
  EXPECT_EQ(ParseTimestamp("1769860800"), absl::FromUnixSeconds(1769860800));
  EXPECT_EQ(ParseTimestamp("1769860800123"), absl::FromUnixMillis(1769860800123));
  EXPECT_FALSE(IsInMilliseconds("1769860800"));
  EXPECT_TRUE(IsInMilliseconds("1769860800123"));
}

TEST(SignatureHeaderTest, TimestampThatIsNoPlainNumberIsNone) {
  for (const char* text : {"", " ", "-1", "+1", "1.5", "1e9", "0x10", "17698608001769860", "1 ",
                           "2026-01-31T12:00:00Z"}) {
    EXPECT_EQ(ParseTimestamp(text), std::nullopt) << text;
  }
}

TEST(SignatureHeaderTest, HexIsReadInEitherCase) {
  EXPECT_EQ(DecodeSignature("00fFA0", SignatureEncoding::kHex), std::string("\0\xff\xa0", 3));
  for (const char* text : {"", "0", "0g", "0x00", " 00", "00 "}) {
    EXPECT_EQ(DecodeSignature(text, SignatureEncoding::kHex), std::nullopt) << text;
  }
}

TEST(SignatureHeaderTest, Base64IsReadInEitherAlphabet) {
  EXPECT_EQ(DecodeSignature("+/8=", SignatureEncoding::kBase64), "\xfb\xff");
  EXPECT_EQ(DecodeSignature("-_8", SignatureEncoding::kBase64), "\xfb\xff");
  for (const char* text : {"", "=", "a", "!!!!", "AA\x80="}) {
    EXPECT_EQ(DecodeSignature(text, SignatureEncoding::kBase64), std::nullopt) << text;
  }
}

TEST(SignatureHeaderTest, PrefixMustBeThere) {
  EXPECT_EQ(ParsePrefixedSignature("sha256=ff", "sha256=", SignatureEncoding::kHex), "\xff");
  EXPECT_EQ(ParsePrefixedSignature("ff", "sha256=", SignatureEncoding::kHex), std::nullopt);
  EXPECT_EQ(ParsePrefixedSignature("SHA256=ff", "sha256=", SignatureEncoding::kHex), std::nullopt);
}

TEST(SignatureHeaderTest, StandardSignaturesOfOtherVersionsAreLeftOut) {
  EXPECT_THAT(ParseStandardSignatures("v1a,AAAA v1,+/8= v2,AAAA  v1,AA== v1, v1,!"),
              ElementsAre("\xfb\xff", std::string("\0", 1)));
  EXPECT_THAT(ParseStandardSignatures(""), IsEmpty());
  EXPECT_THAT(ParseStandardSignatures("+/8="), IsEmpty());
}

TEST(SignatureHeaderTest, OnlySoManySignaturesAreLookedAt) {
  std::string many;
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&many, "v1,AA== ");
  EXPECT_THAT(ParseStandardSignatures(many), SizeIs(kMaxSignatures));
}

TEST(SignatureHeaderTest, BearerSchemeIsReadInEitherCase) {  // RFC 9110, 11.1
  EXPECT_EQ(ParseBearer("Bearer abc"), "abc");
  EXPECT_EQ(ParseBearer("bearer   abc"), "abc");
  for (const char* text : {"", "Bearer", "Bearer ", "Bearerabc", "Basic abc", "abc"}) {
    EXPECT_EQ(ParseBearer(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace autopulse::callevents::adapter::auth
