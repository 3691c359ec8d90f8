// SPDX-License-Identifier: MIT
#include "command/genconfig/board_profile.h"

#include "core/ensure.h"

namespace katago {

namespace {

struct ModelName {
    std::string_view part;  // of what the device tree says
    std::string_view profile;
};
constexpr ModelName kModels[] = {
    {"Raspberry Pi 3", "rpi3"},
    {"Raspberry Pi Compute Module 3", "rpi3"},
    {"Raspberry Pi Zero 2", "rpi3"},
    {"Raspberry Pi 4", "rpi4"},  // also 400: "Raspberry Pi 400 Rev 1.0"
    {"Raspberry Pi Compute Module 4", "rpi4"},
    {"Raspberry Pi 5", "rpi5"},  // also 500
    {"Raspberry Pi Compute Module 5", "rpi5"},
    {"Jetson", "jetson"},
    {"Orin", "jetson"},
    {"Xavier", "jetson"},
};

}  // namespace

const BoardProfile* profile_of_board(std::string_view model) {
    for (const ModelName& known : kModels) {
        if (model.find(known.part) == std::string_view::npos) continue;
        for (const BoardProfile& profile : board_profiles())
            if (profile.name == known.profile) return &profile;
        ENSURE(false);
    }
    return nullptr;
}

}  // namespace katago
