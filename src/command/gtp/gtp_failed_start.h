// SPDX-License-Identifier: MIT
#pragma once

#include <ostream>
#include <string>

#include "command/gtp/gtp_early_answers.h"

namespace katago {

// Stands in for an engine that could not start: answers every command with `reason` until `quit` or the end of input,
// so that a program which hides stderr shows what is wrong.
void answer_failed_start(const std::string& reason, GtpLines lines, std::ostream& out);

}  // namespace katago
