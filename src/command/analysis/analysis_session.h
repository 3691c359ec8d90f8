// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "command/analysis/analysis_output.h"
#include "command/analysis/analysis_queue.h"
#include "command/analysis/analysis_settings.h"
#include "command/analysis/analysis_workers.h"
#include "command/subcommand.h"
#include "engine/engine.h"
#include "protocol/bounded_line.h"

namespace katago {

// The analysis engine between its two streams: requests are answered or queued here, on the thread that reads them;
// workers search what is queued. One thread at a time.
class AnalysisSession {
  public:
    struct Setup {
        Engine& engine;
        const Config& config;
        const AnalysisOptions& options;
        Logger& log;
        const Streams& streams;
        Engine* human = nullptr;  // a network that imitates people; null: none
    };

    // Throws ConfigError.
    explicit AnalysisSession(const Setup& setup);
    ~AnalysisSession();  // drops what is still to be done

    // One line of input. Throws nothing that is the line's fault.
    void answer(const BoundedLine& line);
    // humanSLProfile of queries that do not say otherwise.
    const std::string& human_profile() const { return settings_.base()->params.human_profile; }

    // After the last line: waits until all is answered, or drops it.
    void finish();
    void drop();

  private:
    void complain(const std::string& line, std::string_view kind);
    void warn(const FieldWarning& warning, const std::string& id);
    void answer_request(const nlohmann::json& request);
    void act(const nlohmann::json& request, const std::string& action);
    void terminate(const AnalysisQueue::Selection& selection);
    void submit(const nlohmann::json& request, const std::string& id);
    std::shared_ptr<const AnalysisSettings> settings_for(const nlohmann::json& request, const std::string& id);
    void settle_rules(AnalysisQuery& query);

    Engine& engine_;
    Engine* human_;
    AnalysisOptions options_;
    Logger& log_;
    AnalysisSettingsReader settings_;
    AnalysisOutput output_;
    AnalysisQueue queue_;
    AnalysisWorkers workers_;
    OutputReader::Notice nobody_reads_;  // all searches end then
};

}  // namespace katago
