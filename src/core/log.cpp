// SPDX-License-Identifier: MIT
#include "core/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <random>
#include <system_error>
#include <utility>

#include "core/config.h"
#include "core/error.h"

namespace katago {
namespace {

std::string local_time(const char* format) {
    const std::time_t now = std::time(nullptr);
    std::tm fields{};
    localtime_r(&now, &fields);
    std::array<char, 64> text{};
    return std::string(text.data(), std::strftime(text.data(), text.size(), format, &fields));
}

// YYYYMMDD-HHMMSS-XXXXXXXX.log: the random part keeps runs apart that start in the same second.
std::string run_file_name() {
    std::array<char, 16> random{};
    std::snprintf(random.data(), random.size(), "%08X", std::random_device{}());
    return local_time("%Y%m%d-%H%M%S-") + random.data() + ".log";
}

std::filesystem::path log_path(const LogOptions& options) {
    if (!options.file.empty()) return options.file;
    if (!options.dir.empty()) return options.dir / run_file_name();
    if (!options.dir_dated.empty()) return options.dir_dated / local_time("%Y%m%d-%H%M%S") / run_file_name();
    return {};
}

// Appends to a file, a device or a FIFO. A FIFO that nobody reads is not opened (ENXIO): opening it would wait for a
// reader, and the engine's start with it.
std::ofstream opened_for_appending(const std::filesystem::path& path) {
    std::ofstream file;
    std::error_code ignored;  // what is missing is made
    const bool is_fifo = std::filesystem::is_fifo(path, ignored);
    errno = 0;
    // Held until the stream is open, so that the reader does not see an end in between.
    const int probe = is_fifo ? ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC) : -1;
    if (!is_fifo || probe >= 0)
        file.open(path, std::ios::app);
    else
        file.setstate(std::ios::failbit);
    if (probe >= 0) ::close(probe);
    return file;
}

}  // namespace

LogOptions LogOptions::from_config(const Config& config, LogOptions defaults) {
    LogOptions options = std::move(defaults);
    const std::pair<const char*, std::filesystem::path LogOptions::*> kTargets[] = {
        {"logFile", &LogOptions::file}, {"logDir", &LogOptions::dir}, {"logDirDated", &LogOptions::dir_dated}};
    int targets = 0;
    for (const auto& [key, member] : kTargets) {
        if (!config.contains(key)) continue;
        options.*member = config.get_string(key);
        ++targets;
    }
    if (targets > 1) throw ConfigError("Cannot specify more than one of logFile and logDir and logDirDated in config");
    options.to_stdout = config.get_bool("logToStdout", options.to_stdout);
    options.to_stderr = config.get_bool("logToStderr", options.to_stderr);
    options.time_stamp = config.get_bool("logTimeStamp", options.time_stamp);
    options.config_contents = config.get_bool("logConfigContents", options.config_contents);
    return options;
}

Logger::Logger(const LogOptions& options, std::vector<std::ostream*> streams, std::ostream& complaints)
    : options_(options), streams_(std::move(streams)) {
    const std::filesystem::path path = log_path(options);
    if (path.empty()) return;
    std::error_code ignored;  // if the folder cannot be made, opening the file fails and says so
    if (options.file.empty()) std::filesystem::create_directories(path.parent_path(), ignored);
    file_ = opened_for_appending(path);
    if (!file_) {
        complaints << "WARNING: could not open file for logging: " << path.string() << " ("
                   << std::generic_category().message(errno) << ")" << std::endl;
    }
}

void Logger::write(std::string_view text) {
    std::string line = options_.time_stamp ? local_time("%Y-%m-%d %H:%M:%S%z") : std::string();
    line += ": ";
    line += text;
    line += '\n';
    const std::lock_guard lock(mutex_);
    if (file_.is_open()) file_ << line << std::flush;
    for (std::ostream* stream : streams_) *stream << line << std::flush;
}

void Logger::write_config(const Config& config) {
    std::string text = "Running with following config:";
    for (const auto& [key, value] : config.all()) text += "\n" + key + " = " + value;
    write(text);
}

}  // namespace katago
