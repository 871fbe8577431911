// Tells the thread sanitizer about Abseil's locks. Debian's Abseil was built without it, so it sees
// neither locking nor unlocking. Here, Abseil's functions are defined again: each one reports what
// it is about to do and calls the real one in the shared library.
//
// Linked into tests of the `tsan` preset only.

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/base/config.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#define AUTOPULSE_QUOTED_(x) #x
#define AUTOPULSE_QUOTED(x) AUTOPULSE_QUOTED_(x)

namespace {

// Part of a mangled name: its length, then itself.
std::string Part(const char* name) { return std::to_string(std::strlen(name)) + name; }

std::string InAbseil(const std::string& name) {
  return Part("absl") + Part(AUTOPULSE_QUOTED(ABSL_OPTION_INLINE_NAMESPACE_NAME)) + name;
}

// The definition in the shared library of the member `name` of `type`, whose parameters are mangled
// as `parameters`. Inside these, S0_ is Abseil's namespace.
template <typename Function>
Function Real(const char* type, const char* name, const std::string& parameters, bool is_const) {
  const std::string symbol = std::string("_ZN") + (is_const ? "K" : "") +
                             InAbseil(Part(type) + Part(name)) + "E" + parameters;
  void* const address = dlsym(RTLD_NEXT, symbol.c_str());
  if (address == nullptr) std::abort();
  Function function;
  std::memcpy(&function, &address, sizeof(function));
  return function;
}

using Member = void (*)(void*);
using ConstMember = void (*)(const void*);

// While one of these lives the thread is inside the real function: the sanitizer sees nothing of
// what happens there, such as conditions of other threads being tried out.
class Locking {
 public:
  explicit Locking(void* mutex, unsigned flags = 0) : mutex_(mutex), flags_(flags) {
    __tsan_mutex_pre_lock(mutex_, flags_);
  }
  ~Locking() { __tsan_mutex_post_lock(mutex_, flags_, 0); }
  Locking(const Locking&) = delete;
  Locking& operator=(const Locking&) = delete;

 private:
  void* mutex_;
  unsigned flags_;
};

class Unlocking {
 public:
  explicit Unlocking(void* mutex, unsigned flags = 0) : mutex_(mutex), flags_(flags) {
    __tsan_mutex_pre_unlock(mutex_, flags_);
  }
  ~Unlocking() { __tsan_mutex_post_unlock(mutex_, flags_); }
  Unlocking(const Unlocking&) = delete;
  Unlocking& operator=(const Unlocking&) = delete;

 private:
  void* mutex_;
  unsigned flags_;
};

// Waiting for a condition gives the lock away and takes it again.
void GiveAway(void* mutex) { const Unlocking unlocking(mutex); }

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

void Mutex::Lock() {
  static const auto real = Real<Member>("Mutex", "Lock", "v", false);
  const Locking locking(this);
  real(this);
}

bool Mutex::TryLock() {
  static const auto real = Real<bool (*)(void*)>("Mutex", "TryLock", "v", false);
  __tsan_mutex_pre_lock(this, __tsan_mutex_try_lock);
  const bool locked = real(this);
  const unsigned failed = locked ? 0 : __tsan_mutex_try_lock_failed;
  __tsan_mutex_post_lock(this, __tsan_mutex_try_lock | failed, 0);
  return locked;
}

void Mutex::Unlock() {
  static const auto real = Real<Member>("Mutex", "Unlock", "v", false);
  const Unlocking unlocking(this);
  real(this);
}

void Mutex::ReaderLock() {
  static const auto real = Real<Member>("Mutex", "ReaderLock", "v", false);
  const Locking locking(this, __tsan_mutex_read_lock);
  real(this);
}

void Mutex::ReaderUnlock() {
  static const auto real = Real<Member>("Mutex", "ReaderUnlock", "v", false);
  const Unlocking unlocking(this, __tsan_mutex_read_lock);
  real(this);
}

#if ABSL_LTS_RELEASE_VERSION < 20230802

void Mutex::Await(const Condition& condition) {
  static const auto real =
      Real<void (*)(void*, const Condition&)>("Mutex", "Await", "RKNS0_9ConditionE", false);
  GiveAway(this);
  const Locking locking(this);
  real(this, condition);
}

// AwaitWithTimeout calls it.
bool Mutex::AwaitWithDeadline(const Condition& condition, Time deadline) {
  static const auto real = Real<bool (*)(void*, const Condition&, Time)>(
      "Mutex", "AwaitWithDeadline", "RKNS0_9ConditionENS0_4TimeE", false);
  GiveAway(this);
  const Locking locking(this);
  return real(this, condition, deadline);
}

void Mutex::LockWhen(const Condition& condition) {
  static const auto real =
      Real<void (*)(void*, const Condition&)>("Mutex", "LockWhen", "RKNS0_9ConditionE", false);
  const Locking locking(this);
  real(this, condition);
}

// LockWhenWithTimeout calls it.
bool Mutex::LockWhenWithDeadline(const Condition& condition, Time deadline) {
  static const auto real = Real<bool (*)(void*, const Condition&, Time)>(
      "Mutex", "LockWhenWithDeadline", "RKNS0_9ConditionENS0_4TimeE", false);
  const Locking locking(this);
  return real(this, condition, deadline);
}

#else  // all of these are inline, on two functions

bool Mutex::AwaitCommon(const Condition& condition,
                        synchronization_internal::KernelTimeout timeout) {
  static const auto real =
      Real<bool (*)(void*, const Condition&, synchronization_internal::KernelTimeout)>(
          "Mutex", "AwaitCommon", "RKNS0_9ConditionENS0_24synchronization_internal13KernelTimeoutE",
          false);
  GiveAway(this);
  const Locking locking(this);
  return real(this, condition, timeout);
}

bool Mutex::LockWhenCommon(const Condition& condition,
                           synchronization_internal::KernelTimeout timeout, bool write) {
  static const auto real =
      Real<bool (*)(void*, const Condition&, synchronization_internal::KernelTimeout, bool)>(
          "Mutex", "LockWhenCommon",
          "RKNS0_9ConditionENS0_24synchronization_internal13KernelTimeoutEb", false);
  const Locking locking(this, write ? 0 : __tsan_mutex_read_lock);
  return real(this, condition, timeout, write);
}

#endif

void Notification::Notify() {
  static const auto real = Real<Member>("Notification", "Notify", "v", false);
  __tsan_release(this);
  real(this);
}

void Notification::WaitForNotification() const {
  static const auto real = Real<ConstMember>("Notification", "WaitForNotification", "v", true);
  real(this);
  __tsan_acquire(const_cast<Notification*>(this));
}

bool Notification::WaitForNotificationWithTimeout(Duration timeout) const {
  static const auto real = Real<bool (*)(const void*, Duration)>(
      "Notification", "WaitForNotificationWithTimeout", "NS0_8DurationE", true);
  const bool notified = real(this, timeout);
  if (notified) __tsan_acquire(const_cast<Notification*>(this));
  return notified;
}

bool BlockingCounter::DecrementCount() {
  static const auto real = Real<bool (*)(void*)>("BlockingCounter", "DecrementCount", "v", false);
  __tsan_release(this);
  return real(this);
}

void BlockingCounter::Wait() {
  static const auto real = Real<Member>("BlockingCounter", "Wait", "v", false);
  real(this);
  __tsan_acquire(this);
}

ABSL_NAMESPACE_END
}  // namespace absl
