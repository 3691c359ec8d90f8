// SPDX-License-Identifier: MIT
#pragma once

#include <istream>

#include "command/gtp_session.h"

namespace katago {

// Answers the commands on `in` until `quit` or its end. Throws IoError where nobody reads the answers any more.
void run_gtp_loop(GtpSession& session, std::istream& in);

}  // namespace katago
