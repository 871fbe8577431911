#include "adapter/delivery/direct_delivery.h"

#include <utility>

namespace autopulse::callevents::adapter {

void DirectDelivery::Report(EventRequest request, std::unique_ptr<Awaiting> awaiting) {
  client_.Start(std::move(request),
                [awaiting = std::move(awaiting)](EventRequest sent, ReportBatcher::Result result) {
                  awaiting->OnDelivered(*sent, std::move(result));
                });
}

}  // namespace autopulse::callevents::adapter
