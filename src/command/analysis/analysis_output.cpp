// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_output.h"

namespace katago {

void AnalysisOutput::write(std::string line) {
    if (muted_ || reader_.gone()) return;
    if (log_responses_) log_.write("Response: " + line);
    line += '\n';
    const std::lock_guard lock(mutex_);
    stream_ << line << std::flush;
    if (!stream_) reader_.leave(OutputReader::kClosed);
}

}  // namespace katago
