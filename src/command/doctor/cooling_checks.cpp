// SPDX-License-Identifier: MIT
// Heat, throttling, and the processors' clocks.
#include <string>

#include "command/doctor/checks.h"
#include "core/system/cooling.h"
#include "core/system/slowdowns.h"
#include "core/text.h"

namespace katago {

namespace {

constexpr double kHot = 80;  // from here on a Raspberry Pi lowers its clock
constexpr const char* kCool = "cool the machine: a fan, a heat sink, free air vents";

std::string degrees(double celsius) {
    return fixed_number(celsius, 0) + " degrees";
}

void check_temperature(const std::filesystem::path& root, Diagnosis& diagnosis) {
    const std::vector<Temperature> temperatures = read_temperatures(root);
    if (temperatures.empty()) return diagnosis.ok("temperature", "the system tells none");
    const Temperature& hottest = temperatures.front();
    std::string text = degrees(hottest.celsius) + " (" + hottest.sensor + ")";
    for (const Temperature& sensor : temperatures)
        if (sensor.limit && sensor.celsius >= *sensor.limit)
            return diagnosis.problem("temperature",
                                     degrees(sensor.celsius) + " (" + sensor.sensor + "); from " +
                                         degrees(*sensor.limit) + " on the system slows the processor down",
                                     kCool);
    hottest.celsius >= kHot ? diagnosis.note("temperature", text + ", where many machines slow down", kCool)
                            : diagnosis.ok("temperature", text);
}

void check_slowdowns(const std::filesystem::path& root, Diagnosis& diagnosis) {
    const std::vector<Slowdown> slowdowns = read_slowdowns(root);
    if (slowdowns.empty()) return diagnosis.ok("throttling", "none that the system tells of");
    for (const Slowdown& slowdown : slowdowns) {
        const std::string what(slowdown.what);
        const std::string advice =
            slowdown.advice.empty() ? "cool the board and use its own power supply" : std::string(slowdown.advice);
        if (slowdown.now)
            diagnosis.problem("throttling", "the board is slower than it could be: " + what, advice);
        else
            diagnosis.note("throttling", "since the board was started it was slower at times: " + what, advice);
    }
}

std::string megahertz(int64_t khz) {
    return std::to_string(khz / 1000) + " MHz";
}

void check_clock(const ProcessorClock& clock, Diagnosis& diagnosis) {
    constexpr double kNearlyAll = 0.95;
    const std::string who = "processors " + clock.processors + ": ";
    if (clock.governor == "powersave" && !clock.scales_alone)
        diagnosis.problem("clock", who + "the governor powersave keeps them at their lowest clock",
                          "cpupower frequency-set -g ondemand (or schedutil, performance)");
    if (clock.allowed > 0 && static_cast<double>(clock.allowed) < kNearlyAll * static_cast<double>(clock.highest))
        return diagnosis.note(
            "clock", who + "may run at " + megahertz(clock.allowed) + " of " + megahertz(clock.highest),
            "look at the power mode (nvpmodel, powerprofilesctl), at scaling_max_freq and at the heat");
    std::string text = who;
    if (clock.now > 0) text += megahertz(clock.now) + " at the moment, ";
    diagnosis.ok("clock", text + "at most " + megahertz(clock.highest) + ", governor " + clock.governor);
}

}  // namespace

void check_cooling(Patient& patient, Diagnosis& diagnosis) {
    check_temperature(patient.root, diagnosis);
    check_slowdowns(patient.root, diagnosis);
    // Large machines have a policy for each processor: the first of those that say the same speaks for them.
    std::string last;
    for (const ProcessorClock& clock : read_processor_clocks(patient.root)) {
        const std::string state =
            clock.governor + " " + std::to_string(clock.allowed) + " " + std::to_string(clock.highest);
        if (state != last) check_clock(clock, diagnosis);
        last = state;
    }
}

}  // namespace katago
