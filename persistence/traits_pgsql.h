#pragma once

#include <cstdint>
#include <limits>
#include <odb/pgsql/traits.hxx>

#include "persistence/column_types.h"

// How generated code for PostgreSQL reads and writes our column types.
namespace odb::pgsql {

// As PostgreSQL itself has it: microseconds since 2000. The column mapping says that it is UTC.
template <>
class value_traits<autopulse::callevents::persistence::Timestamp, id_timestamp> {
 public:
  typedef autopulse::callevents::persistence::Timestamp value_type;
  typedef value_type query_type;
  typedef long long image_type;

  static void set_value(value_type& value, long long image, bool is_null) {
    long long since_2000 = 0;
    value_traits<long long, id_bigint>::set_value(since_2000, image, is_null);
    const bool readable = since_2000 >= kFirst - k2000 && since_2000 <= kLast - k2000;
    value.microseconds = is_null ? 0 : readable ? since_2000 + k2000 : value_type::kUnreadable;
  }

  static void set_image(long long& image, bool& is_null, value_type value) {
    // What no calendar has becomes something that the server refuses, or its `-infinity`.
    const bool overflows = value.microseconds < std::numeric_limits<std::int64_t>::min() + k2000;
    value_traits<long long, id_bigint>::set_image(
        image, is_null,
        overflows ? std::numeric_limits<long long>::min() : value.microseconds - k2000);
  }

 private:
  static constexpr std::int64_t k2000 = 946'684'800'000'000;  // since 1970
  // The years 1 to 9999: before and after, and at both infinities, nobody can read a time.
  static constexpr std::int64_t kFirst = -62'135'596'800'000'000;
  static constexpr std::int64_t kLast = 253'402'300'799'999'999;
};

// As ten-thousandths; the column mapping divides and multiplies.
template <>
class value_traits<autopulse::callevents::persistence::Numeric, id_bigint> {
 public:
  typedef autopulse::callevents::persistence::Numeric value_type;
  typedef value_type query_type;
  typedef long long image_type;

  static void set_value(value_type& value, long long image, bool is_null) {
    long long ten_thousandths = 0;
    value_traits<long long, id_bigint>::set_value(ten_thousandths, image, is_null);
    value.ten_thousandths = ten_thousandths;
  }

  static void set_image(long long& image, bool& is_null, value_type value) {
    value_traits<long long, id_bigint>::set_image(image, is_null, value.ten_thousandths);
  }
};

}  // namespace odb::pgsql
