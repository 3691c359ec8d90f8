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
void tell_slow_settings(const Patient& patient, Diagnosis& diagnosis) {
    const std::map<std::string, std::string> settings = patient.config.all();
    const auto value = [&](const char* key) {
        const auto found = settings.find(key);
        return found == settings.end() ? std::string() : found->second;
    };
    const int cores = usable_cores(patient.root);
    if (const auto threads = parse_int(value("numSearchThreads")); threads && *threads > cores)
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
    try {
        reader.read(patient.config, patient.options.has("human-model"));
        read_engine_settings(patient.config, backends());
    } catch (const Error& error) {
        return diagnosis.problem(kTopic, error.what(),
                                 "correct it; configs/" + std::string(reader.command) + ".cfg explains the keys");
    }
    diagnosis.ok(kTopic, patient.config.name() + ", read as katago " + std::string(reader.command) + " reads it");
    tell_unused_keys(patient.config, diagnosis);
    tell_slow_settings(patient, diagnosis);
}

}  // namespace katago
