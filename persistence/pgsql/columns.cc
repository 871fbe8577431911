#include "persistence/pgsql/columns.h"

#include <endian.h>

#include <cstring>
#include <odb/pgsql/pgsql-oid.hxx>
#include <odb/pgsql/statement.hxx>
#include <stdexcept>

#include "absl/strings/str_cat.h"

namespace autopulse::callevents::persistence {
namespace {

// Of pg_type.h, where they never change.
Oid ArrayTypeOf(Oid element) {
  switch (element) {
    case odb::pgsql::bool_oid:
      return 1000;
    case odb::pgsql::int4_oid:
      return 1007;
    case odb::pgsql::int8_oid:
      return 1016;
    case odb::pgsql::float8_oid:
      return 1022;
    case odb::pgsql::text_oid:
      return 1009;
    case odb::pgsql::timestamp_oid:
      return 1115;
    default:
      throw std::logic_error(absl::StrCat("no array is known of type ", element));
  }
}

void AppendInteger(std::string& out, std::int32_t value) {
  const std::uint32_t network = htobe32(static_cast<std::uint32_t>(value));
  char bytes[sizeof network];
  std::memcpy(bytes, &network, sizeof network);
  out.append(bytes, sizeof bytes);
}

}  // namespace

PgsqlColumns::PgsqlColumns(absl::Span<const Oid> types) {
  for (const Oid type : types) columns_.emplace_back().type = type;
}

void PgsqlColumns::Append(const odb::pgsql::binding& row) {
  std::vector<char*> values(columns_.size());
  std::vector<int> lengths(columns_.size());
  std::vector<int> formats(columns_.size());
  odb::pgsql::native_binding native(values.data(), lengths.data(), formats.data(), values.size());
  odb::pgsql::statement::bind_param(native, row);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Column& column = columns_[i];
    if (values[i] == nullptr) {
      column.has_null = true;
      AppendInteger(column.elements, -1);
      continue;
    }
    column.has_value = true;
    AppendInteger(column.elements, lengths[i]);
    column.elements.append(values[i], static_cast<std::size_t>(lengths[i]));
    bytes_ += static_cast<std::size_t>(lengths[i]);
  }
  ++rows_;
}

// Empty for an array that is NULL.
std::string PgsqlColumns::ToArray(const Column& column) const {
  std::string array;
  if (!column.has_value) return array;
  AppendInteger(array, 1);  // dimension
  AppendInteger(array, column.has_null ? 1 : 0);
  AppendInteger(array, static_cast<std::int32_t>(column.type));
  AppendInteger(array, static_cast<std::int32_t>(rows_));
  AppendInteger(array, 1);  // the first index
  return array += column.elements;
}

PgsqlColumns::Parameters PgsqlColumns::Take() {
  const bool is_one = rows_ == 1;
  Parameters parameters;
  for (Column& column : columns_) {
    parameters.owned.push_back(is_one ? column.elements : ToArray(column));
  }
  if (!is_one) AppendInteger(parameters.owned.emplace_back(), static_cast<std::int32_t>(rows_));
  const std::size_t skipped = is_one ? sizeof(std::int32_t) : 0;  // the length
  for (std::size_t i = 0; i < parameters.owned.size(); ++i) {
    const std::string& value = parameters.owned[i];
    const bool is_null = i < columns_.size() && !columns_[i].has_value;
    parameters.values.push_back(is_null ? nullptr : value.data() + skipped);
    parameters.lengths.push_back(is_null ? 0 : static_cast<int>(value.size() - skipped));
    parameters.formats.push_back(1);
  }
  for (Column& column : columns_) {
    column.has_null = column.has_value = false;
    column.elements.clear();
  }
  rows_ = bytes_ = 0;
  return parameters;
}

std::vector<Oid> PgsqlColumns::ArrayTypes(absl::Span<const Oid> types) {
  std::vector<Oid> arrays;
  for (const Oid type : types) arrays.push_back(ArrayTypeOf(type));
  arrays.push_back(odb::pgsql::int4_oid);
  return arrays;
}

}  // namespace autopulse::callevents::persistence
