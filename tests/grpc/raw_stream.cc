#include "tests/grpc/raw_stream.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <vector>

#include "tests/grpc/served_api.h"

namespace autopulse::callevents::rpc {

RawStream::RawStream(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                     const std::string& message)
    : stub_(channel) {
  ServedApi::SetDeadline(context_);
  stream_ = stub_.PrepareCall(&context_, method, &queue_);
  stream_->StartCall(nullptr);
  Await();
  const grpc::Slice slice(message);
  stream_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
  Await();
}

RawStream::~RawStream() {
  context_.TryCancel();
  if (!finished_) Finish();
}

grpc::Status RawStream::Finish() {
  finished_ = true;
  grpc::Status status;
  stream_->Finish(&status, nullptr);
  Await();
  return status;
}

std::optional<std::string> RawStream::Read() {
  grpc::ByteBuffer buffer;
  stream_->Read(&buffer, nullptr);
  if (!Await()) return std::nullopt;
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return std::nullopt;
  std::string message;
  for (const grpc::Slice& slice : slices) {
    message.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return message;
}

bool RawStream::Await() {
  void* tag = nullptr;
  bool ok = false;
  return queue_.Next(&tag, &ok) && ok;
}

}  // namespace autopulse::callevents::rpc
