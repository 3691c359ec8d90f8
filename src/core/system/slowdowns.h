// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

namespace katago {

// Something that makes a small board slower than it could be.
struct Slowdown {
    std::string_view what;    // "under-voltage"
    std::string_view advice;  // "use the board's own power supply"; may be empty
    bool now = false;         // else at some time since the board was started
};

// Those that the board tells of, each once; none on other machines. Looks at
//   Raspberry Pi: the firmware's throttling word in sysfs, else the program vcgencmd; the voltage alarm of rpi_volt
//   any board:    the kernel's cooling devices that lower the processor's clock
// below `root`, which tests make up.
std::vector<Slowdown> read_slowdowns(const std::filesystem::path& root = "/");

}  // namespace katago
