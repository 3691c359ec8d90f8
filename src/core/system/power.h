// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace katago {

// How much power the machine gives its processors, read below `root`, which tests make up.

// A power mode of NVIDIA's Jetson boards, as the program nvpmodel sets it.
struct JetsonMode {
    std::string id;                   // "1", for nvpmodel -m
    std::string name;                 // "15W"; empty: the board does not say
    std::vector<std::string> others;  // the other modes: "0 (MAXN)"
    bool unlimited = false;           // a mode without a limit of power
};
// Nothing on other machines.
std::optional<JetsonMode> read_jetson_mode(const std::filesystem::path& root = "/");

// Whether one of the machine's own batteries is being discharged: not a mouse's.
bool runs_on_battery(const std::filesystem::path& root = "/");

// A laptop's choice between speed and quiet, in the firmware's words: "low-power", "balanced"; empty: it has none.
std::string platform_profile(const std::filesystem::path& root = "/");

}  // namespace katago
