#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

// The fields of messages by their names, `Call.cost_usd`, those of the messages in them included,
// but for Protobuf's own, such as a Timestamp. For tests that are to fail for a field that is added
// to the API and left out somewhere.
namespace autopulse::callevents {

using FieldNames = std::set<std::string>;

inline bool HasFieldsOfOurs(const google::protobuf::FieldDescriptor& field) {
  return field.message_type() != nullptr &&
         !absl::StartsWith(field.message_type()->full_name(), "google.protobuf.");
}

inline std::string NameOf(const google::protobuf::FieldDescriptor& field) {
  return absl::StrCat(field.containing_type()->name(), ".", field.name());
}

// Adds those that messages of this type can have.
inline void AddFieldsOf(const google::protobuf::Descriptor& type, FieldNames& names) {
  for (int i = 0; i < type.field_count(); ++i) {
    const google::protobuf::FieldDescriptor& field = *type.field(i);
    const bool is_new = names.insert(NameOf(field)).second;
    if (is_new && HasFieldsOfOurs(field)) AddFieldsOf(*field.message_type(), names);
  }
}

template <typename Message>
FieldNames AllFields() {
  FieldNames names;
  AddFieldsOf(*Message::descriptor(), names);
  return names;
}

// Adds those that `message` has set.
inline void AddSetFields(const google::protobuf::Message& message, FieldNames& names) {
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const google::protobuf::FieldDescriptor* field : fields) {
    names.insert(NameOf(*field));
    if (!HasFieldsOfOurs(*field)) continue;
    if (!field->is_repeated()) AddSetFields(reflection.GetMessage(message, field), names);
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      AddSetFields(reflection.GetRepeatedMessage(message, field, i), names);
    }
  }
}

inline FieldNames SetFields(const google::protobuf::Message& message) {
  FieldNames names;
  AddSetFields(message, names);
  return names;
}

// Those of `names` that are not among `others`.
inline FieldNames Without(const FieldNames& names, const FieldNames& others) {
  FieldNames left;
  std::set_difference(names.begin(), names.end(), others.begin(), others.end(),
                      std::inserter(left, left.end()));
  return left;
}

}  // namespace autopulse::callevents
