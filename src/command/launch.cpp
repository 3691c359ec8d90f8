// SPDX-License-Identifier: MIT
#include "command/launch.h"

#include <ostream>
#include <utility>

#include "engine/default_files.h"
#include "engine/ignored_keys.h"
#include "play/game_settings.h"

namespace katago {

namespace {

// Settings where there is no configuration file: a move in at most ten seconds also on a small board. Everything else
// is the engine's default.
constexpr std::string_view kBuiltInConfig = R"(
rules = tromp-taylor
allowResignation = true
resignThreshold = -0.90
maxVisits = 500
maxTime = 10
)";

Config read_config(const Options& options, const DefaultConfig& fallback) {
    std::vector<std::string> files = options.values("config");
    if (files.empty()) {
        if (!fallback.file) return Config::from_text(fallback.text, "built-in settings");
        files.push_back(fallback.file->string());
    }
    Config config = Config::from_file(files[0]);
    for (size_t i = 1; i < files.size(); ++i) config.add_file(files[i]);
    return config;
}

}  // namespace

DefaultConfig DefaultConfig::for_play() {
    return {find_default_config(), kBuiltInConfig};
}

Launch prepare_launch(const Options& options, const DefaultConfig& fallback) {
    Launch launch;
    launch.model_file = options.has("model") ? *options.value("model") : find_default_model().string();
    launch.config = read_launch_config(options, fallback, launch.notes);
    return launch;
}

Config read_launch_config(const Options& options, const DefaultConfig& fallback, std::vector<std::string>& notes) {
    Config config = read_config(options, fallback);
    const auto set = [&](const char* key, std::string value) {
        const std::pair<std::string, std::string> pair(key, std::move(value));
        config.apply_overrides(std::span(&pair, 1), rules_keys());
    };
    if (const auto precision = options.value("precision")) set("nnPrecision", *precision);
    if (const auto kernels = options.value("kernels")) set("nnKernels", *kernels);
    if (const auto backend = options.value("backend")) set("nnBackend", *backend);
    if (const auto device = options.value("device")) set("nnDevice", *device);
    if (options.has("no-verify")) set("verifyModelFile", "false");
    for (const std::string& text : options.values("override-config"))
        for (const auto& [key, value] : config.apply_overrides(text, rules_keys()))
            notes.push_back("Config override: " + key + " = " + value);
    return config;
}

UnusedKeys unused_keys(const Config& config) {
    UnusedKeys keys;
    for (const std::string& key : config.unused_keys()) {
        const std::optional<std::string_view> reason = reason_to_ignore(key);
        if (reason)
            keys.ignored.emplace_back(key, *reason);
        else
            keys.unknown.push_back(key);
    }
    return keys;
}

std::unique_ptr<Logger> make_logger(const Launch& launch, LogOptions defaults, const Streams& streams) {
    const LogOptions options = LogOptions::from_config(launch.config, std::move(defaults));
    std::vector<std::ostream*> targets;
    if (options.to_stdout) targets.push_back(&streams.out);
    if (options.to_stderr) targets.push_back(&streams.err);
    auto log = std::make_unique<Logger>(options, targets, streams.err);
    if (options.config_contents) log->write_config(launch.config);
    for (const std::string& note : launch.notes) log->write(note);
    return log;
}

std::unique_ptr<Engine> load_human_engine(const Options& options, const Config& config, const EngineOptions& loading) {
    const auto file = options.value("human-model");
    return file ? std::make_unique<Engine>(*file, config, loading) : nullptr;
}

void report_unused_keys(const Config& config, Logger& log, std::ostream& err) {
    const UnusedKeys keys = unused_keys(config);
    for (const auto& [key, reason] : keys.ignored)
        log.write("Config key " + key + " has no effect: " + std::string(reason));
    for (const std::string& line : config.unused_key_warning(keys.unknown)) {
        err << line << std::endl;
        if (!log.options().to_stderr) log.write(line);
    }
}

}  // namespace katago
