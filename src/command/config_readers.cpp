// SPDX-License-Identifier: MIT
#include "command/config_readers.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "command/analysis/analysis_settings.h"
#include "command/gtp/gtp_settings.h"
#include "core/log.h"
#include "play/game_settings.h"
#include "play/profile_use.h"

namespace katago {

namespace {

// Keys that a configuration for the analysis engine has and others have not.
constexpr std::array kAnalysisKeys = {"numAnalysisThreads",   "numSearchThreadsPerAnalysisThread",
                                      "logAllRequests",       "logAllResponses",
                                      "logErrorsAndWarnings", "warnUnusedFields"};

void read_for_gtp(const Config& config, bool has_human_network) {
    LogOptions::from_config(config, {});
    rules_from_config(config);
    board_size_from_config(config);
    read_gtp_settings(config, has_human_network);
}

void read_for_analysis(const Config& config, bool has_human_network) {
    LogOptions::from_config(config, {});
    const AnalysisOptions options = read_analysis_options(config, std::nullopt);
    ProfileUse profiles;
    profiles.human_network = has_human_network;
    const AnalysisSettingsReader reader(config, options.threads, profiles);
}

constexpr ConfigReader kGtpReader{"gtp", read_for_gtp};
constexpr ConfigReader kAnalysisReader{"analysis", read_for_analysis};

}  // namespace

const ConfigReader& config_reader_for(const Config& config) {
    const std::map<std::string, std::string> keys = config.all();
    const bool is_analysis =
        std::any_of(kAnalysisKeys.begin(), kAnalysisKeys.end(), [&](const char* key) { return keys.contains(key); });
    return is_analysis ? kAnalysisReader : kGtpReader;
}

}  // namespace katago
