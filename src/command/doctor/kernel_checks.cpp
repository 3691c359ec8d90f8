// SPDX-License-Identifier: MIT
// What computes the network: the backend, its kernels, what is kept of their measurements, and the memory for them.
#include <cstdlib>

#include "backend/registry.h"
#include "command/doctor/checks.h"
#include "core/error.h"
#include "core/machine.h"
#include "engine/choice/backend_choice.h"
#include "engine/engine_settings.h"
#include "engine/network_settings.h"
#include "nn/stats.h"

namespace katago {

namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int kBoardArea = 361;

void tell_backend(const BackendChoice& choice, Diagnosis& diagnosis) {
    diagnosis.ok("kernels", "backend " + choice.chosen.text());
    for (const std::string& note : choice.notes) diagnosis.ok("kernels", note);
    if (const char* best = std::getenv("KATAGO_CPU_FEATURES"); best != nullptr && *best != '\0')
        diagnosis.note(
            "kernels",
            "the environment says KATAGO_CPU_FEATURES = " + std::string(best) + ", which may leave faster kernels out",
            "unset KATAGO_CPU_FEATURES");
}

// Whether there is room for the weights as the file has them and as they are computed with.
bool has_room(const Graph& graph, const Patient& patient, Diagnosis& diagnosis) {
    constexpr int64_t kBesides = 16 * kMiB;  // buffers, tree, a young cache
    const int64_t free_bytes = read_machine_memory(patient.root).free_bytes;
    const int64_t needed = 2 * graph_stats(graph, kBoardArea).total.bytes + kBesides;
    if (free_bytes == 0 || needed <= free_bytes) return true;
    diagnosis.problem("memory",
                      "to load this network takes " + std::to_string(needed / kMiB) + " MB, and " +
                          std::to_string(free_bytes / kMiB) + " MB are free",
                      "end other programs, or use a smaller network, or one of katago quantize");
    return false;
}

// Returns whether loading the network would measure nothing.
bool tell_tuning(const KeptTuning& kept, Diagnosis& diagnosis) {
    if (kept.file.empty()) return true;
    const std::string file = kept.file.string(),
                      advice = "the next start with this network measures; katago tune does it now";
    const std::string count =
        std::to_string(kept.measured) + " of " + std::to_string(kept.shapes) + " shapes of layers";
    if (!kept.fault.empty())
        diagnosis.note("tuning", file + " does not count: " + kept.fault, advice);
    else if (kept.is_complete())
        diagnosis.ok("tuning", count + " are measured, in " + file);
    else
        diagnosis.note("tuning", count + " are measured on this machine", advice);
    return kept.is_complete();
}

// Loads the network as the engine would, but that nothing is measured, and tells what computes it.
void tell_kernels(const Graph& graph, const BackendDevice& on, LoadOptions options, bool is_tuned,
                  Diagnosis& diagnosis) {
    // Weights are rounded to these when the engine starts, for INT8 once for each network.
    if (!on.device && (options.precision == Precision::Int8 || options.precision == Precision::Fp16))
        return diagnosis.ok("kernels", "nnPrecision = " + std::string(name_of(options.precision)));
    if (!is_tuned) options.tuning_folder.clear();
    std::vector<std::string> lines;
    options.log = [&](const std::string& line) { lines.push_back(line); };
    const auto loaded = on.backend->load(graph, options);
    const std::string description = loaded->description();
    diagnosis.ok("kernels", "this network in " + (description.empty() ? "FP32" : description) +
                                (is_tuned ? "" : ", unless the measurements find something faster"));
    for (const std::string& line : lines)
        diagnosis.note("kernels", line, options.kernels ? "install the library, or leave nnKernels out" : "");
}

}  // namespace

void check_kernels(Patient& patient, Diagnosis& diagnosis) {
    const EngineSettings settings = read_engine_settings(patient.config, backends());
    BackendChoice choice{settings.backend.candidates.front(), settings.backend.processor};
    if (patient.model) choice = choose_backend(*patient.model, settings.backend, patient.config, {.measure = false});
    tell_backend(choice, diagnosis);
    if (!patient.model || !has_room(*patient.model->graph, patient, diagnosis)) return;
    const Graph& graph = *patient.model->graph;
    const LoadOptions loading = load_options(patient.config, read_precision(patient.config).precision, choice.chosen);
    bool is_tuned = false;
    try {
        is_tuned = tell_tuning(choice.chosen.backend->kept_tuning(graph, loading), diagnosis);
    } catch (const IoError& error) {
        diagnosis.problem("tuning", error.what(), "make it readable, or remove it");
    }
    tell_kernels(graph, choice.chosen, loading, is_tuned, diagnosis);
}

}  // namespace katago
