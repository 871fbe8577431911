#pragma once

#include "services/base/config.h"
#include "services/domain/outcome.h"

namespace autopulse::callevents::core {

// The words of `--report-status` [P1], in every program that has it.
inline constexpr base::Choice<domain::ReportStatus> kReportStatusChoices[] = {
    {"completed", domain::ReportStatus::kCompleted},
    {"ended-reason", domain::ReportStatus::kEndedReason}};

}  // namespace autopulse::callevents::core
