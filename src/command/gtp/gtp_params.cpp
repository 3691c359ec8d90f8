// SPDX-License-Identifier: MIT
#include "command/gtp/gtp_params.h"

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/json_text.h"
#include "core/text.h"
#include "game/point.h"

namespace katago {

namespace {

// Parameters that the reference prints as plain text, in front of all others.
constexpr std::array<std::string_view, 9> kPlainNames = {"analysisWideRootNoise", "analysisIgnorePreRootHistory",
                                                         "genmoveAntiMirror",     "antiMirror",
                                                         "humanSLProfile",        "allowResignation",
                                                         "ponderingEnabled",      "delayMoveScale",
                                                         "delayMoveMax"};

// Listed by the reference, but not a configuration key: the number of locks of its value bias table.
constexpr std::string_view kNumShards = "subtreeValueBiasTableNumShards";
constexpr int kNumShardsValue = 65536;

constexpr std::array<std::string_view, 2> kNeverOverridden = {"dynamicPlayoutDoublingAdvantageCapPerOppLead",
                                                              "avoidRepeatedPatternUtility"};
constexpr std::array<std::string_view, 3> kFixedAtStart = {"nodeTableShardsPowerOfTwo", "useEvalCache",
                                                           "evalCacheMinVisits"};

template <size_t kSize>
bool contains(const std::array<std::string_view, kSize>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_search_param(std::string_view name) {
    return find_param(search_param_rows(), name) && !contains(kPlainNames, name) && !contains(kNeverOverridden, name) &&
           !contains(kFixedAtStart, name);
}

std::string bool_text(bool value) {
    return value ? "true" : "false";
}

template <class S>
std::string plain_text(const S& settings, const ParamRow<S>& row) {
    const auto print = [&](auto member) -> std::string {
        using T = std::decay_t<decltype(settings.*member)>;
        if constexpr (std::is_same_v<T, bool>) return bool_text(settings.*member);
        if constexpr (std::is_same_v<T, double>) return default_number(settings.*member);
        return {};
    };
    return std::visit(print, row.member);
}

std::string plain_text(const GtpSettings& settings, std::string_view name) {
    if (name == "humanSLProfile") return settings.human_profile();
    if (const auto* row = find_param(player_setting_rows(), name)) return plain_text(settings.player, *row);
    return plain_text(settings, *find_param(gtp_setting_rows(), name));
}

// The member that says nothing stands for a value that depends on others.
double effective_value(const SearchParams& params, std::string_view name) {
    if (name == "rootPolicyTemperatureEarly") return params.effective_root_policy_temperature_early();
    if (name == "rootFpuReductionMax") return params.effective_root_fpu_reduction_max();
    if (name == "rootFpuLossProp") return params.effective_root_fpu_loss_prop();
    return params.effective_root_policy_optimism();
}

nlohmann::json search_param_value(const SearchParams& params, std::string_view name) {
    if (name == "playoutDoublingAdvantagePla") {
        const std::optional<Player> player = parse_player(params.playout_doubling_advantage_pla);
        return std::string(short_name(player.value_or(Color::Empty)));
    }
    const auto print = [&](auto member) -> nlohmann::json {
        using T = std::decay_t<decltype(params.*member)>;
        if constexpr (std::is_same_v<T, std::optional<bool>>)
            return params.*member ? bool_text(*(params.*member)) : "auto";
        else if constexpr (std::is_same_v<T, std::optional<double>>)
            return effective_value(params, name);
        else
            return params.*member;
    };
    return std::visit(print, find_param(search_param_rows(), name)->member);
}

}  // namespace

GtpParams::GtpParams(const Config& config, ProfileUse profiles, const ThreadCounts& threads)
    : values_(config.all()),
      profiles_(std::move(profiles)),
      threads_(threads),
      settings_(read_gtp_settings(config, profiles_.human_network, threads)) {}

std::vector<std::string> GtpParams::names() const {
    std::vector<std::string> searched{std::string(kNumShards)};
    for (const ParamRow<SearchParams>& row : search_param_rows())
        if (is_search_param(row.key)) searched.emplace_back(row.key);
    std::sort(searched.begin(), searched.end());
    std::vector<std::string> result(kPlainNames.begin(), kPlainNames.end());
    result.insert(result.end(), searched.begin(), searched.end());
    return result;
}

std::string GtpParams::text_of(std::string_view name) const {
    if (contains(kPlainNames, name)) return plain_text(settings_, name);
    if (name == kNumShards) return std::to_string(kNumShardsValue);
    if (!is_search_param(name)) throw ProtocolError("Invalid parameter: " + std::string(name));
    return katago::json_text(search_param_value(settings_.player.search, name));
}

std::string GtpParams::json_text() const {
    nlohmann::json object;
    for (const std::string& name : names()) {
        if (contains(kPlainNames, name))
            object[name] = plain_text(settings_, name);
        else if (name == kNumShards)
            object[name] = kNumShardsValue;
        else
            object[name] = search_param_value(settings_.player.search, name);
    }
    return katago::json_text(object);
}

void GtpParams::check_name(const std::string& name) const {
    if (contains(kNeverOverridden, name)) throw ProtocolError("Cannot be overridden in kata-set-param: " + name);
    if (contains(kFixedAtStart, name)) throw ProtocolError("Cannot change " + name + " after initialization");
    if (!contains(kPlainNames, name) && !is_search_param(name))
        throw ProtocolError("Unrecognized or non-overridable parameter in kata-set-params: " + name);
}

void GtpParams::check_profile(const std::string& profile) const {
    if (const auto warning = profiles_.warning(profile)) throw ProtocolError(*warning + "\n");
}

void GtpParams::set(std::span<const std::pair<std::string, std::string>> values) {
    try {
        std::map<std::string, std::string> changed = values_;
        for (const auto& [name, value] : values) {
            check_name(name);
            if (name == "humanSLProfile") check_profile(value);
            if (value.empty())
                changed.erase(name);
            else
                changed[name] = value;
        }
        // Messages call the file of changed settings by an empty name, as the reference does.
        Config config = Config::from_text("", "");
        config.apply_overrides(std::vector<std::pair<std::string, std::string>>(changed.begin(), changed.end()));
        settings_ = read_gtp_settings(config, profiles_.human_network, threads_);
        values_ = std::move(changed);
    } catch (const Error& error) {
        throw ProtocolError(std::string("Could not set params: ") + error.what());
    }
}

}  // namespace katago
