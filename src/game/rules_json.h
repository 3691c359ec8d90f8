// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

#include "game/rules.h"

namespace katago {

// Rules in any of the three forms that users may write: a name, the compact form or a JSON object.
// Throws ProtocolError with the reference's text ("Could not parse rules: <text>" and others).
Rules rules_of_text(std::string_view text, KomiInText komi);

}  // namespace katago
