// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/options.h"
#include "command/subcommand.h"
#include "core/config.h"
#include "core/log.h"
#include "engine/engine.h"

namespace katago {

// What the command line and the configuration say, before anything is loaded.
struct Launch {
    std::filesystem::path model_file;
    Config config;
    std::vector<std::string> notes;  // overrides, for the log
};

// What a command does without -config: reads a file where there is one, else takes built-in settings.
struct DefaultConfig {
    std::optional<std::filesystem::path> file;
    std::string_view text;

    // Of all commands that play: KataGo's default_gtp.cfg.
    static DefaultConfig for_play();
};

// Finds the model, then reads the configuration: the files named, else the default.
// Throws UsageError, IoError, ConfigError.
Launch prepare_launch(const Options& options, const DefaultConfig& fallback = DefaultConfig::for_play());

// The configuration alone; `notes` become the overrides, for the log. Throws UsageError, IoError, ConfigError.
Config read_launch_config(const Options& options, const DefaultConfig& fallback, std::vector<std::string>& notes);

// A logger as the configuration wants it, the configuration itself written to it.
std::unique_ptr<Logger> make_logger(const Launch& launch, LogOptions defaults, const Streams& streams);

// The network of -human-model, which imitates people; null where there is none. Throws like Engine.
std::unique_ptr<Engine> load_human_engine(const Options& options, const Config& config, const EngineOptions& loading);

// Keys that nobody used. Ask after everything was read.
struct UnusedKeys {
    std::vector<std::string> unknown;
    std::vector<std::pair<std::string, std::string_view>> ignored;  // KataGo's, and why they have no effect here
};
UnusedKeys unused_keys(const Config& config);

// Tells of them: a warning on `err` for those that are unknown, one log line for each KataGo key that
// has no effect in this engine.
void report_unused_keys(const Config& config, Logger& log, std::ostream& err);

}  // namespace katago
