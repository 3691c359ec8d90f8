// SPDX-License-Identifier: MIT
// How much power the processors are given: a Jetson's mode, a laptop's battery and profile.
#include "command/doctor/checks.h"
#include "core/system/power.h"
#include "core/text.h"

namespace katago {

void check_power(Patient& patient, Diagnosis& diagnosis) {
    if (const auto mode = read_jetson_mode(patient.root)) {
        const std::string text =
            "mode " + mode->id + (mode->name.empty() ? "" : " (" + mode->name + ")") + " of nvpmodel";
        if (mode->unlimited || mode->others.empty())
            diagnosis.ok("power", text);
        else
            diagnosis.note(
                "power", text + " limits cores and clocks",
                "sudo nvpmodel -m NUMBER takes another: " + join(mode->others, ", ") + "; then sudo jetson_clocks");
    }
    if (runs_on_battery(patient.root))
        diagnosis.note("power", "the machine runs on its battery, and may lower its clocks", "plug it in");
    const std::string profile = platform_profile(patient.root);
    if (profile == "low-power" || profile == "quiet" || profile == "cool")
        diagnosis.note("power", "the machine's profile is " + profile, "powerprofilesctl set balanced, or performance");
}

}  // namespace katago
