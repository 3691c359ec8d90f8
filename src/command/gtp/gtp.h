// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <istream>

#include "command/gtp/gtp_session.h"

namespace katago {

// Longer lines are refused. What clients really send is shorter than 4 kB.
constexpr size_t kMaxGtpLineBytes = size_t{1} << 20;

// Answers the commands on `in` until `quit` or its end, and calls `after_line`, if there is one, after each. Throws
// IoError where nobody reads the answers any more.
void run_gtp_loop(GtpSession& session, std::istream& in, const std::function<void()>& after_line = {});

}  // namespace katago
