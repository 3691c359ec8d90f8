// SPDX-License-Identifier: MIT
#include "command/analysis/analysis_settings.h"

#include <algorithm>

#include "command/analysis_common.h"
#include "core/error.h"
#include "core/machine.h"
#include "eval/sgf_metadata.h"
#include "play/player_settings.h"
#include "search/run/memory_limit.h"

namespace katago {

namespace {

using S = AnalysisOptions;

constexpr ParamRow<S> kOptionRows[] = {
    {"analysisPVLen", &S::pv_length, 1, 100, "Moves of a principal variation after its first."},
    {"logAllRequests", &S::log_all_requests, "Log every line that comes in."},
    {"logAllResponses", &S::log_all_responses, "Log every line that goes out."},
    {"logErrorsAndWarnings", &S::log_errors_and_warnings, "Log complaints about requests."},
    {"logSearchInfo", &S::log_search_info, "Log a line for each search."},
    {"warnUnusedFields", &S::warn_unused_fields, "Answer unknown fields of a query by a warning."},
};

constexpr ParamRow<AnalysisSettings> kSettingRows[] = {
    {"reportAnalysisWinratesAs", &AnalysisSettings::report_winrates_as,
     "Whose values are shown: BLACK, WHITE or SIDETOMOVE."},
};

constexpr Range<int> kPositionsRange = {1, 16384};
constexpr Range<int> kSearchThreadsRange = {1, 4096};
// One long search must leave a place for others wherever a user asks for more than one.
constexpr int kFewestPositions = 2;

constexpr const char* kPositionsKey = "numAnalysisThreads";
constexpr const char* kThreadsKey = "numSearchThreads";
constexpr const char* kThreadsAlias = "numSearchThreadsPerAnalysisThread";
constexpr const char* kProfileKey = "humanSLProfile";

// Read when the tree is made, which this engine does without it; a query may not change it all the same.
constexpr const char* kTableShardsKey = "nodeTableShardsPowerOfTwo";

int table_shards(const Config& config) {
    return config.get_int(kTableShardsKey, {8, 24}, 16);
}

std::optional<int> wanted_positions(const Config& config, std::optional<int> flag) {
    if (!config.contains(kPositionsKey)) return flag;
    if (flag)
        throw ConfigError("When specifying numAnalysisThreads in the config (" + config.name() +
                          "), it is redundant and disallowed to also specify it via -analysis-threads");
    return config.get_int(kPositionsKey, kPositionsRange);
}

std::optional<int> wanted_search_threads(const Config& config) {
    if (!config.contains(kThreadsAlias)) {
        if (!config.contains(kThreadsKey)) return std::nullopt;
        return config.get_int(kThreadsKey, kSearchThreadsRange);
    }
    if (config.contains(kThreadsKey))
        throw ConfigError(
            "Cannot specify both numSearchThreadsPerAnalysisThread and numSearchThreads in the same config");
    return config.get_int(kThreadsAlias, kSearchThreadsRange);
}

// Where threads share batches, what the configuration says stands; what it leaves open is shared out.
AnalysisThreads threads_for_batches(std::optional<int> positions, std::optional<int> per_position,
                                    const ThreadCounts& counts) {
    AnalysisThreads threads;
    threads.counts = counts;
    threads.positions = positions.value_or(std::max(kFewestPositions, counts.useful / per_position.value_or(1)));
    threads.per_position = per_position.value_or(counts.usual);
    threads.exceed_useful = !per_position && threads.positions * threads.per_position > counts.useful;
    return threads;
}

AnalysisThreads threads_on_cores(std::optional<int> positions, std::optional<int> per_position,
                                 const ThreadCounts& counts) {
    const int cores = counts.useful;
    AnalysisThreads threads;
    threads.counts = counts;
    threads.positions = std::min(positions.value_or(cores), std::max(cores, kFewestPositions));
    threads.per_position = std::min(per_position.value_or(counts.usual), cores);
    threads.exceed_useful = threads.positions * threads.per_position > cores;
    const int64_t wanted = int64_t{positions.value_or(1)} * per_position.value_or(1);
    if (wanted > cores)
        threads.warning = "WARNING: numAnalysisThreads = " + std::to_string(positions.value_or(threads.positions)) +
                          " times numSearchThreads = " + std::to_string(per_position.value_or(threads.per_position)) +
                          " exceeds the " + std::to_string(cores) + " cores of this machine: at most " +
                          std::to_string(threads.positions) + " positions at a time share them";
    return threads;
}

bool is_setting(std::string_view key) {
    return find_param(search_param_rows(), key) ||
           find_param(std::span<const ParamRow<AnalysisSettings>>(kSettingRows), key) || key == kProfileKey ||
           key == kTableShardsKey;
}

}  // namespace

AnalysisOptions read_analysis_options(const Config& config, std::optional<int> positions_flag,
                                      const ThreadCounts& counts) {
    AnalysisOptions options;
    apply_game_settings(config, options.game);
    apply_params(std::span<const ParamRow<AnalysisOptions>>(kOptionRows), config, options);
    if (positions_flag && (*positions_flag < kPositionsRange.min || *positions_flag > kPositionsRange.max))
        throw ConfigError("Invalid value for numAnalysisThreads: " + std::to_string(*positions_flag));
    const auto share_out = counts.share_batches ? threads_for_batches : threads_on_cores;
    options.threads = share_out(wanted_positions(config, positions_flag), wanted_search_threads(config), counts);
    return options;
}

AnalysisSettingsReader::AnalysisSettingsReader(const Config& config, const AnalysisThreads& threads,
                                               ProfileUse profiles)
    : threads_(threads), profiles_(std::move(profiles)) {
    base_ = std::make_shared<const AnalysisSettings>(read(config));
    config_ = config;
}

AnalysisSettings AnalysisSettingsReader::read(const Config& config) const {
    AnalysisSettings settings;
    SearchParams& params = settings.params;
    params.num_threads = threads_.per_position;
    apply_params(search_param_rows(), config, params);
    apply_params(std::span<const ParamRow<AnalysisSettings>>(kSettingRows), config, settings);
    params.num_threads = std::min(params.num_threads, threads_.counts.most);
    if (!config.contains("maxTreeMemoryMB"))
        params.max_tree_memory_mb = std::max<int64_t>(
            1, (default_tree_bytes(read_machine_memory(), 0) >> 20) / std::max(1, threads_.positions));
    if (!parse_perspective(settings.report_winrates_as))
        throw ConfigError("Could not parse config value for reportAnalysisWinratesAs: " + settings.report_winrates_as);
    const std::string& advantaged = params.playout_doubling_advantage_pla;
    if (!advantaged.empty() && !parse_player(advantaged))
        throw ConfigError("Could not parse player in field playoutDoublingAdvantagePla, should be BLACK or WHITE");
    profile_of_name(config.get_string(kProfileKey, ""));  // throws for an unknown name
    if (!profiles_.human_network) refuse_human_network_keys(config);
    return settings;
}

void AnalysisSettingsReader::check_changed(const AnalysisSettings& settings, const Config& config) const {
    const SearchParams& before = base_->params;
    const SearchParams& now = settings.params;
    const std::pair<const char*, bool> kFixed[] = {
        {"useEvalCache", now.use_eval_cache != before.use_eval_cache},
        {"evalCacheMinVisits", now.eval_cache_min_visits != before.eval_cache_min_visits},
        {kTableShardsKey, table_shards(config) != table_shards(config_)}};
    for (const auto& [key, changed] : kFixed)
        if (changed) throw ConfigError("Cannot change " + std::string(key) + " after initialization");
}

std::shared_ptr<const AnalysisSettings> AnalysisSettingsReader::with(const SettingPairs& changes,
                                                                     std::vector<std::string>& unknown) {
    if (!last_changed_ || changes != last_changes_) {
        Config config = config_;
        config.apply_overrides(changes);
        AnalysisSettings settings = read(config);
        check_changed(settings, config);
        std::vector<std::string> strangers;
        for (const auto& [key, value] : changes) {
            if (!is_setting(key)) strangers.push_back(key);
            if (key != kProfileKey) continue;
            if (const auto warning = profiles_.warning(value)) throw ConfigError(*warning + "\n");
        }
        std::sort(strangers.begin(), strangers.end());
        last_changed_ = std::make_shared<const AnalysisSettings>(std::move(settings));
        last_changes_ = changes;
        last_unknown_ = std::move(strangers);
    }
    unknown = last_unknown_;
    return last_changed_;
}

}  // namespace katago
