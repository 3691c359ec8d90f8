// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "engine/choice/backend_setting.h"

namespace katago {

// `katago info -devices`: what networks can be computed on, a line for each backend and each device.
std::string devices_text(BackendTable table);
nlohmann::ordered_json devices_json(BackendTable table);

}  // namespace katago
