// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "backend/registry.h"
#include "command/gtp/gtp_early_answers.h"
#include "command/gtp/gtp_session.h"

namespace katago {

// Longer lines are refused. What clients really send is shorter than 4 kB.
constexpr size_t kMaxGtpLineBytes = size_t{1} << 20;

// Answers the commands until `quit` or their end, and calls `after_line`, if there is one, after each. Throws IoError
// where nobody reads the answers any more.
void run_gtp_loop(GtpSession& session, GtpLines lines, const std::function<void()>& after_line = {});

// `katago gtp` on a machine with these backends.
int run_gtp_on(BackendTable backends, std::span<const std::string> arguments, const Streams& streams);

}  // namespace katago
