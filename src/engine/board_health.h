// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace katago {

// What the device tree calls the board, "Raspberry Pi 4 Model B Rev 1.4"; empty where there is none, as on a desktop.
// `root` is where files are looked for, for tests.
std::string board_model(const std::filesystem::path& root = "/");

// Tells when a small board is too hot or badly powered and therefore slow, once for each trouble. Looks at
//   Raspberry Pi: the firmware's throttling word in sysfs, else the program vcgencmd; the voltage alarm of rpi_volt
//   any board:    the kernel's cooling devices that lower the processor's clock
// and finds nothing on other machines. Costs nothing between two looks. One thread at a time.
class BoardHealth {
  public:
    explicit BoardHealth(std::filesystem::path root = "/") : root_(std::move(root)) {}

    // One line, without line end, about troubles not told of before; nothing: all is well, or it is known.
    std::optional<std::string> new_warning();
    // The same, but looks at most once in ten seconds: for callers that ask often.
    std::optional<std::string> new_warning_now_and_then();

  private:
    std::filesystem::path root_;
    uint32_t told_ = 0;  // bits of troubles
    std::optional<std::chrono::steady_clock::time_point> looked_;
};

}  // namespace katago
