// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "engine/thread_counts.h"
#include "play/game_settings.h"
#include "play/profile_use.h"
#include "protocol/json_query.h"
#include "search/params.h"

namespace katago {

// Settings that a query may change for itself. A value; the defaults are KataGo's for analysis.
struct AnalysisSettings {
    SearchParams params = SearchParams::for_analysis();
    std::string report_winrates_as = "SIDETOMOVE";
};

// How the threads are shared out. Where each takes a core of its own, both counts are at most what the machine can use.
struct AnalysisThreads {
    int positions = 1;                   // analysed at a time
    int per_position = 1;                // that search one of them
    ThreadCounts counts;                 // those that suit the evaluator
    bool exceed_useful = false;          // all together; a search then takes what is left of those when it begins
    std::optional<std::string> warning;  // where the configuration asked for more
};

// Settings of the engine as a whole.
struct AnalysisOptions {
    int pv_length = 15;
    GameSettings game;
    bool log_all_requests = false;
    bool log_all_responses = false;
    bool log_errors_and_warnings = true;
    bool log_search_info = false;
    bool warn_unused_fields = true;
    AnalysisThreads threads;
};

// `positions_flag`: -analysis-threads. `counts`: the threads that suit the evaluator. Throws ConfigError.
AnalysisOptions read_analysis_options(const Config& config, std::optional<int> positions_flag,
                                      const ThreadCounts& counts = {});

// The settings that queries start from, and with what single queries change. One thread at a time.
class AnalysisSettingsReader {
  public:
    // Throws ConfigError.
    AnalysisSettingsReader(const Config& config, const AnalysisThreads& threads, ProfileUse profiles);

    std::shared_ptr<const AnalysisSettings> base() const { return base_; }

    // `unknown` becomes the keys that mean nothing here, in alphabetical order. Throws ConfigError.
    std::shared_ptr<const AnalysisSettings> with(const SettingPairs& changes, std::vector<std::string>& unknown);

  private:
    AnalysisSettings read(const Config& config) const;
    void check_changed(const AnalysisSettings& settings, const Config& config) const;

    Config config_;
    AnalysisThreads threads_;
    ProfileUse profiles_;
    std::shared_ptr<const AnalysisSettings> base_;
    // Clients send the same settings with every query.
    SettingPairs last_changes_;
    std::shared_ptr<const AnalysisSettings> last_changed_;
    std::vector<std::string> last_unknown_;
};

}  // namespace katago
