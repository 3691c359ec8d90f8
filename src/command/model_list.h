// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>

#include "engine/engine.h"

namespace katago {

// The networks in use, as kata-get-models and query_models tell; `human` may be null.
nlohmann::json model_list(Engine& engine, Engine* human);

}  // namespace katago
