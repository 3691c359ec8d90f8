// SPDX-License-Identifier: MIT
// The lines to paste into programs that run the engine, with whole paths.
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "command/config_readers.h"
#include "command/doctor/checks.h"
#include "core/json_text.h"
#include "core/text.h"
#include "engine/default_files.h"
#include "engine/embedded_network.h"

namespace katago {

namespace {

using Words = std::vector<std::string>;

std::string whole_path(const std::filesystem::path& file) {
    return std::filesystem::absolute(file).lexically_normal().string();
}

// As a command line that programs split at spaces.
std::string line_of(const Words& words) {
    Words quoted;
    quoted.reserve(words.size());
    for (const std::string& word : words)
        quoted.push_back(word.find(' ') == std::string::npos ? word : '"' + word + '"');
    return join(quoted, " ");
}

// "-config FILE" for each one that is given, where they are for this command.
Words config_arguments(const Patient& patient, std::string_view command) {
    Words words;
    if (config_reader_for(patient.config).command != command) return words;
    for (const std::string& file : patient.options.values("config"))
        words.insert(words.end(), {"-config", whole_path(file)});
    return words;
}

bool has_file(const Patient& patient) {
    return patient.model && !is_embedded_network(patient.model_file);
}

Words command_of(const Patient& patient, std::string_view command) {
    Words words = {executable_file().string(), std::string(command)};
    if (has_file(patient)) words.insert(words.end(), {"-model", whole_path(patient.model_file)});
    if (const auto human = patient.options.value("human-model"))
        words.insert(words.end(), {"-human-model", whole_path(*human)});
    const Words configs = config_arguments(patient, command);
    words.insert(words.end(), configs.begin(), configs.end());
    return words;
}

void tell_katrain(const Patient& patient, Diagnosis& diagnosis) {
    const Words configs = config_arguments(patient, "analysis");
    const std::string text = "General & Engine Settings, path of the engine: " + executable_file().string() +
                             (configs.empty() ? "" : ", config: " + configs.back()) + ", model: ";
    if (has_file(patient))
        diagnosis.ok("KaTrain", text + whole_path(patient.model_file));
    else
        diagnosis.note("KaTrain", text + "a network's file, which it asks for",
                       "sh scripts/get-network.sh NAME fetches one; name it with -model to see its path here");
}

}  // namespace

void tell_gui_lines(Patient& patient, Diagnosis& diagnosis) {
    const Words gtp = command_of(patient, "gtp");
    const std::string line = line_of(gtp);
    diagnosis.ok("Sabaki", "Engines > Manage Engines > Add, path: " + gtp.front() +
                               ", arguments: " + line_of(Words(gtp.begin() + 1, gtp.end())));
    diagnosis.ok("Lizzie", "leelaz.engine-command in config.txt: " + json_text(nlohmann::json(line)));
    diagnosis.ok("LizzieYzy", "engine command: " + line);
    diagnosis.ok("GoGui", "Program > New Program, command: " + line);
    diagnosis.ok("OGS", "bot.command in the configuration of gtp2ogs: " + json_text(nlohmann::json(gtp)));
    tell_katrain(patient, diagnosis);
    diagnosis.ok("analysis", "programs that speak JSON: " + line_of(command_of(patient, "analysis")));
}

}  // namespace katago
