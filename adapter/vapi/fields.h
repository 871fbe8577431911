#pragma once

#include "absl/types/span.h"
#include "adapter/fields/field_table.h"
#include "adapter/json/json_parser.h"
#include "autopulse/callevents/v1/call.pb.h"
#include "autopulse/callevents/v1/call_event.pb.h"
#include "autopulse/callevents/v1/transcript_entry.pb.h"

// Which field of a VAPI message becomes which field of ours. One row each; the tables are in
// fields.cc. Paths are below the message, those of a transcript entry below the entry.
namespace autopulse::callevents::adapter::vapi {

// What is asked for of the largest objects of a body.
JsonExcerpts Excerpts();

// Of every event.
absl::Span<const Field<v1::CallEvent>> CallEventFields();

// Of a status update.
absl::Span<const Field<v1::StatusUpdate>> StatusUpdateFields();

// Of a hangup.
absl::Span<const Field<v1::Hangup>> HangupFields();

// Of an end-of-call report.
absl::Span<const Field<v1::EndOfCallReport>> EndOfCallReportFields();

// Of one element of `messages`.
absl::Span<const Field<v1::TranscriptEntry>> TranscriptEntryFields();

// Of a call that is to be registered on the way [U1].
absl::Span<const Field<v1::Call>> UnknownCallFields();

}  // namespace autopulse::callevents::adapter::vapi
