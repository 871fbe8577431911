#include "clients/cpp/callctl/views.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/message_fields.h"

namespace autopulse::callevents::callctl {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Sets every field to a value of its own; `number` makes the next.
void Fill(Message& message, int& number) {
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    ++number;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        reflection.SetString(&message, field, absl::StrCat("text ", number));
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        reflection.SetInt64(&message, field, 3600 * number);
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        reflection.SetInt32(&message, field, 1'000'000 * number);
        break;
      case FieldDescriptor::CPPTYPE_ENUM:
        reflection.SetEnumValue(&message, field, 1);
        break;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(*reflection.MutableMessage(&message, field), number);
        break;
      default:
        ADD_FAILURE() << field->full_name() << " is of a type that no value is known of";
    }
  }
}

// Adds the fields of `message` without which the same is printed.
void AddUnprinted(Message& message, const std::function<std::string()>& print, FieldNames& names) {
  const std::string whole = print();
  const std::unique_ptr<Message> full(message.New());
  full->CopyFrom(message);
  const Reflection& reflection = *message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (HasFieldsOfOurs(*field)) {
      AddUnprinted(*reflection.MutableMessage(&message, field), print, names);
      continue;
    }
    reflection.ClearField(&message, field);
    if (print() == whole) names.insert(NameOf(*field));
    message.CopyFrom(*full);
  }
}

template <typename Resource>
FieldNames Unprinted(void (*print)(std::ostream&, const Resource&)) {
  Resource resource;
  int number = 0;
  Fill(resource, number);
  FieldNames names;
  const auto printed = [&] {
    std::ostringstream out;
    print(out, resource);
    return out.str();
  };
  AddUnprinted(resource, printed, names);
  return names;
}

// The status is printed as the word that is stored, `status_text`.
TEST(ViewsTest, EveryFieldOfACallIsPrinted) {
  EXPECT_EQ(Unprinted(PrintCall), FieldNames{"Call.status"});
}

TEST(ViewsTest, EveryFieldOfAServiceRecordIsPrinted) {
  EXPECT_EQ(Unprinted(PrintServiceRecord), FieldNames{"ServiceRecord.status"});
}

}  // namespace
}  // namespace autopulse::callevents::callctl
