// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <fstream>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "core/thread.h"

namespace katago {

class Config;

// Where log lines go and what they look like.
struct LogOptions {
    std::filesystem::path file;       // append to this file
    std::filesystem::path dir;        // or: a new file for this run in this folder
    std::filesystem::path dir_dated;  // or: the same in a sub-folder named by date and time
    bool to_stdout = false;           // the caller then passes the stream
    bool to_stderr = false;
    bool time_stamp = true;
    bool config_contents = true;

    // Reads the logging keys; `defaults` are those of the command. Throws ConfigError.
    static LogOptions from_config(const Config& config, LogOptions defaults);
};

// Takes lines of text and sends them to the file and the streams. Thread-safe; lines never mix. Pass it by reference.
class Logger {
  public:
    // `streams` must outlive the logger; the caller chooses them by to_stdout and to_stderr. A file that cannot be
    // opened is reported on `complaints` and left out: a missing log must not stop the engine.
    Logger(const LogOptions& options, std::vector<std::ostream*> streams, std::ostream& complaints);

    // Writes one entry, with a time stamp and a line end. May span several lines.
    void write(std::string_view text);
    // Writes the configuration: a heading, then each key and value.
    void write_config(const Config& config);

    const LogOptions& options() const { return options_; }

  private:
    LogOptions options_;
    std::mutex mutex_;
    std::ofstream file_ GUARDED_BY(mutex_);
    std::vector<std::ostream*> streams_ GUARDED_BY(mutex_);
};

}  // namespace katago
