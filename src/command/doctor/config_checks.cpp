// SPDX-License-Identifier: MIT
// The configuration, as the command that it is for would read it.
#include <map>

#include "backend/registry.h"
#include "command/config_readers.h"
#include "command/doctor/checks.h"
#include "command/launch.h"
#include "core/error.h"
#include "core/machine.h"
#include "core/text.h"
#include "engine/engine_settings.h"

namespace katago {

namespace {

constexpr const char* kTopic = "configuration";

void tell_unused_keys(const Config& config, Diagnosis& diagnosis) {
    const UnusedKeys keys = unused_keys(config);
    for (const std::string& key : keys.unknown)
        diagnosis.problem(kTopic, "unused key '" + key + "' in " + config.name(),
                          "it is misspelt, or of something that this engine does not have: correct it, or remove it");
    for (const auto& [key, reason] : keys.ignored)
        diagnosis.note(kTopic, key + " has no effect: " + std::string(reason));
}

// Settings that are allowed, and that people then find slow.
void tell_slow_settings(const Patient& patient, bool threads_share_batches, Diagnosis& diagnosis) {
    const std::map<std::string, std::string> settings = patient.config.all();
    const auto value = [&](const char* key) {
        const auto found = settings.find(key);
        return found == settings.end() ? std::string() : found->second;
    };
    const int cores = usable_cores(patient.root);
    const auto threads = parse_int(value("numSearchThreads"));
    if (threads && *threads > cores && !threads_share_batches)
        diagnosis.note(kTopic,
                       "numSearchThreads = " + std::to_string(*threads) + ", and this process may use " +
                           std::to_string(cores) + " cores",
                       "set it to " + std::to_string(cores) + ", or to what katago benchmark recommends");
    if (value("nnBackend") == "reference")
        diagnosis.problem(kTopic, "nnBackend = reference is for tests, and thousands of times slower",
                          "remove the key");
    if (value("nnPrecision") == "fp32")
        diagnosis.note(kTopic, "nnPrecision = fp32 computes more slowly than auto, and no more strongly",
                       "remove the key, unless the digits must be exact");
}

// Reads the settings of the engine. Whether threads share batches, a loaded network says in the end: here it counts
// that they may, on a device or because the configuration says so.
bool check_batch_settings(const Config& config) {
    EngineSettings settings = read_engine_settings(config, backends());
    const bool on_device = settings.backend.candidates.back().device.has_value();
    if (!settings.evaluator.batching.value_or(on_device)) return false;
    constexpr BatchPreference kOfDevice = {.best_batch = 2};
    read_batch_options(config, kOfDevice, settings.evaluator, settings.notes);
    return true;
}

}  // namespace

void check_config(Patient& patient, Diagnosis& diagnosis) {
    try {
        std::vector<std::string> notes;
        patient.config = read_launch_config(patient.options, DefaultConfig::for_play(), notes);
    } catch (const Error& error) {
        return diagnosis.problem(
            kTopic, error.what(),
            "name a file that is there and correct what is wrong in it; configs/gtp.cfg is an example");
    }
    const ConfigReader& reader = config_reader_for(patient.config);
    bool may_share_batches = false;
    try {
        reader.read(patient.config, patient.options.has("human-model"));
        may_share_batches = check_batch_settings(patient.config);
    } catch (const Error& error) {
        return diagnosis.problem(kTopic, error.what(),
                                 "correct it; configs/" + std::string(reader.command) + ".cfg explains the keys");
    }
    diagnosis.ok(kTopic, patient.config.name() + ", read as katago " + std::string(reader.command) + " reads it");
    tell_unused_keys(patient.config, diagnosis);
    tell_slow_settings(patient, may_share_batches, diagnosis);
}

}  // namespace katago
