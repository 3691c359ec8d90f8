// SPDX-License-Identifier: MIT
// The network: where it is, whether it can be read, and whether it is the one that was published.
#include "command/doctor/checks.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/board_health.h"
#include "engine/default_files.h"
#include "engine/embedded_network.h"
#include "engine/known_networks.h"
#include "engine/network_settings.h"
#include "nn/stats.h"

namespace katago {

namespace {

constexpr const char* kFetch =
    "sh scripts/get-network.sh NAME fetches one; others are at https://katagotraining.org/networks/";
constexpr int kBoardArea = 361;

std::string size_of(const Model& model, const std::filesystem::path& file) {
    const GraphStats stats = graph_stats(*model.graph, kBoardArea);
    return fixed_number(static_cast<double>(model_file_bytes(file)) / 1e6, 1) + " MB, " +
           std::to_string(model.info.num_blocks) + " blocks, " + std::to_string(model.info.trunk_channels) +
           " channels, " + fixed_number(static_cast<double>(stats.total.multiply_adds) / 1e9, 2) +
           " G multiply-adds an evaluation";
}

// Nothing to say of the embedded network, which the linker put in, and of files of our own, which hold sums of their
// parts.
void compare_sum(const Model& model, const Patient& patient, Diagnosis& diagnosis) {
    if (is_embedded_network(patient.model_file)) return;
    if (!model.notes.empty()) {
        const bool checked = model_read_options(patient.config).verify;
        return diagnosis.ok("checksum",
                            checked ? "the sums in the file are right" : "the sums in the file were not looked at");
    }
    if (const KnownNetwork* known = known_network(model.info.sha256))
        return diagnosis.ok("checksum", "it is the published " + std::string(known->file));
    for (const KnownNetwork& known : known_networks())
        if (known.file == model.info.name + ".bin.gz")
            return diagnosis.note("checksum",
                                  "the file calls itself " + model.info.name + ", and its SHA-256 is " +
                                      model.info.sha256 + ", not the published " + std::string(known.sha256),
                                  "it was unpacked or packed anew, or changed; sh scripts/get-network.sh " +
                                      std::string(known.name) + " fetches the published one");
    diagnosis.ok("checksum", "SHA-256 " + model.info.sha256 + ", of no network that is known here");
}

void tell_heavy_network(const Model& model, const Patient& patient, Diagnosis& diagnosis) {
    constexpr int64_t kHeavyForBoards = 4'000'000'000;  // multiply-adds: more than b15c192
    const int64_t work = graph_stats(*model.graph, kBoardArea).total.multiply_adds;
    if (board_model(patient.root).empty() || work < kHeavyForBoards) return;
    diagnosis.note("network", "it is a heavy network for a small board: seconds a move, or few visits",
                   "a smaller one answers faster: b6c96, b10c128, b15c192");
}

// The network in the file; nothing where it cannot be read, which is told.
std::optional<Model> read_and_tell(const std::string& topic, const std::filesystem::path& file, const Patient& patient,
                                   Diagnosis& diagnosis) {
    try {
        Model model = load_model(file, model_read_options(patient.config));
        const bool embedded = is_embedded_network(file);
        diagnosis.ok(topic, (embedded ? "the one inside this program" : file.string()) + ": " + model.info.name + ", " +
                                size_of(model, file));
        return model;
    } catch (const IoError& error) {
        diagnosis.problem(
            topic, error.what(),
            "give the full path of a network that this user may read (ls -l shows); " + std::string(kFetch));
    } catch (const ModelError& error) {
        diagnosis.problem(topic, error.what(), "fetch it again, or another: " + std::string(kFetch));
    }
    return std::nullopt;
}

}  // namespace

void check_network(Patient& patient, Diagnosis& diagnosis) {
    try {
        patient.model_file =
            patient.options.has("model") ? *patient.options.value("model") : find_default_model().string();
    } catch (const UsageError& error) {
        diagnosis.problem("network", error.what(), kFetch);
    }
    if (!patient.model_file.empty()) patient.model = read_and_tell("network", patient.model_file, patient, diagnosis);
    if (patient.model) {
        compare_sum(*patient.model, patient, diagnosis);
        tell_heavy_network(*patient.model, patient, diagnosis);
    }
    if (const auto human = patient.options.value("human-model"))
        read_and_tell("human network", *human, patient, diagnosis);
}

}  // namespace katago
