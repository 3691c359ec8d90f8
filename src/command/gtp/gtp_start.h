// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/measuring_time.h"
#include "backend/registry.h"
#include "command/gtp/gtp_early_answers.h"
#include "command/gtp/gtp_session.h"
#include "command/launch.h"

namespace katago {

// What stands before the engine is loaded, and answers what can be answered without it. One thread at a time.
struct GtpStart {
    // Throws Error where the command line, the configuration or the first bytes of a network are at fault.
    GtpStart(const Options& options, const Streams& streams);
    // From now on commands are the caller's. Null: there were no early answers.
    GtpEarlyAnswers* end_early_answers();

    Launch launch;
    std::unique_ptr<Logger> log;
    std::shared_ptr<MeasuringTime> measuring;
    std::optional<std::string> version;  // as `version` answers; nothing: not known before the networks are read
    std::unique_ptr<GtpEarlyAnswers> early;
};

// Everything that must be there before any command can be answered. One thread at a time; its start outlives it.
struct GtpProgram {
    // Throws Error where it cannot be had, and MeasuringStopped.
    GtpProgram(const GtpStart& start, BackendTable backends, const Options& options, const Streams& streams);

    const Launch& launch;
    Logger& log;
    EngineOptions loading;
    Engine engine;
    std::unique_ptr<Engine> human;  // null: none
    GtpSession session;
};

}  // namespace katago
