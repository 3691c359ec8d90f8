// SPDX-License-Identifier: MIT
// The processors, and how much of them is left for this process.
#include <algorithm>

#include "command/doctor/checks.h"
#include "core/machine.h"
#include "core/system/processors.h"
#include "core/text.h"

namespace katago {

void check_processors(Patient& patient, Diagnosis& diagnosis) {
    constexpr double kBusyShare = 0.5;  // of the cores, from which on others take what a search would have
    const Processors processors = read_processors(patient.root);
    std::string text = processors.names;
    if (text.empty()) text = "the system does not tell which; cores: " + std::to_string(processors.count);
    if (!processors.features.empty()) text += "; features: " + join(processors.features, " ");
    diagnosis.ok("processor", text);

    const int usable = usable_cores(patient.root);
    if (usable < processors.count)
        diagnosis.note(
            "processor",
            "this process may use " + std::to_string(usable) + " of " + std::to_string(processors.count) + " cores",
            "taskset, a cpuset, or the limit of a container (docker run --cpus) or service (CPUQuota=) "
            "holds it down");
    if (const double load = load_average(patient.root); load > kBusyShare * usable)
        diagnosis.note("processor",
                       "programs kept " + fixed_number(load, 1) + " of " + std::to_string(usable) +
                           " cores busy during the last minute",
                       "end those that need not run (top shows them), or set numSearchThreads lower");
    const auto has = [&](const char* feature) {
        return std::find(processors.features.begin(), processors.features.end(), feature) != processors.features.end();
    };
    if (has("sse2") && !has("avx2"))
        diagnosis.note("processor",
                       has("sse4_1") ? "it has no AVX2, so that networks take about twice as long"
                                     : "it has no AVX2 and no SSE4.1, so that networks take four to five times as long",
                       "use a small network, such as b6c96 or the one inside");
}

}  // namespace katago
