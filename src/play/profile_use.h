// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config.h"
#include "engine/engine.h"

namespace katago {

// What the loaded networks say to a humanSLProfile.
struct ProfileUse {
    bool used = false;           // by one of them
    bool human_network = false;  // there is one of its own for it
    std::string model_files;     // as messages name them

    // `human`: the network of -human-model; null: there is none.
    static ProfileUse of(Engine& engine, Engine* human);

    // What to say of a profile that no network uses; nullopt: nothing.
    std::optional<std::string> warning(const std::string& profile) const;
};

// The first key for a network that imitates people beside the main one; empty: there is none.
std::string_view human_network_key(const Config& config);
// Throws ConfigError where there is such a key.
void refuse_human_network_keys(const Config& config);

}  // namespace katago
