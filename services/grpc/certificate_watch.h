#pragma once

#include <string>

#include "absl/time/time.h"
#include "services/base/pausing_thread.h"

namespace autopulse::callevents::rpc {

// Looks at a certificate, and logs if it expires within 14 days, or has expired: at once, and again
// every day on a thread of its own. A file that cannot be read is passed over: it may be about to
// be replaced.
class CertificateWatch {
 public:
  // `file` is PEM; the first certificate in it counts.
  explicit CertificateWatch(std::string file, absl::Duration interval = absl::Hours(24));

 private:
  void Look() const;

  const std::string file_;
  const absl::Duration interval_;
  base::PausingThread thread_;
};

}  // namespace autopulse::callevents::rpc
