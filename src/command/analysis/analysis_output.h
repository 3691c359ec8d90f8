// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <ostream>
#include <string>
#include <string_view>

#include "command/output_reader.h"
#include "core/log.h"
#include "core/thread.h"

namespace katago {

// Standard output of the analysis engine: one line, one write. Thread-safe.
class AnalysisOutput {
  public:
    // `log_responses`: copy every line to the log.
    AnalysisOutput(std::ostream& stream, OutputReader& reader, Logger& log, bool log_responses)
        : stream_(stream), reader_(reader), log_(log), log_responses_(log_responses) {}

    // `line` comes without its end.
    void write(std::string line);
    // From now on nothing is written.
    void mute() { muted_ = true; }

  private:
    std::mutex mutex_;
    std::ostream& stream_ GUARDED_BY(mutex_);
    OutputReader& reader_;
    Logger& log_;
    const bool log_responses_;
    std::atomic<bool> muted_ = false;
};

}  // namespace katago
