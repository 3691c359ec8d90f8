// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace katago {

// What the machine measures of its heat and of its processors' clocks, below `root`, which tests make up.

struct Temperature {
    std::string sensor;  // "cpu-thermal"
    double celsius = 0;
    std::optional<double> limit;  // from which on the kernel slows the processor down; nothing: it does not say
};

// Of the kernel's thermal zones; where there are none, of the processors' sensors (hwmon). The hottest first.
std::vector<Temperature> read_temperatures(const std::filesystem::path& root = "/");

// The clock of processors that share one, in kHz; 0: unknown.
struct ProcessorClock {
    std::string processors;     // "0-3"
    int64_t now = 0;            // at this moment
    int64_t allowed = 0;        // at most, by the power mode, a user or the firmware
    int64_t highest = 0;        // that the processors can have
    std::string governor;       // "ondemand"
    bool scales_alone = false;  // the processor chooses its clock itself: "powersave" does not hold it down
};

// One for each policy of cpufreq; empty where the kernel does not set the clock, as in most virtual machines.
std::vector<ProcessorClock> read_processor_clocks(const std::filesystem::path& root = "/");

}  // namespace katago
