// SPDX-License-Identifier: MIT
#include "play/profile_use.h"

#include "core/error.h"
#include "eval/sgf_metadata.h"
#include "search/params.h"

namespace katago {

ProfileUse ProfileUse::of(Engine& engine, Engine* human) {
    ProfileUse use{engine.evaluator().wants_metadata(), human != nullptr, engine.model_file()};
    if (!human) return use;
    use.used |= human->evaluator().wants_metadata();
    use.model_files += " and " + human->model_file();
    return use;
}

std::optional<std::string> ProfileUse::warning(const std::string& profile) const {
    if (used || !profile_of_name(profile)) return std::nullopt;
    return "WARNING: humanSLProfile is specified as config param but model(s) don't use it: " + model_files;
}

std::string_view human_network_key(const Config& config) {
    for (const ParamRow<SearchParams>& row : search_param_rows())
        if (row.key.starts_with("humanSL") && row.key != "humanSLProfile" && config.contains(row.key)) return row.key;
    return {};
}

void refuse_human_network_keys(const Config& config) {
    const std::string_view key = human_network_key(config);
    if (!key.empty())
        throw ConfigError("Provided parameter " + std::string(key) +
                          " but no human model was specified (e.g -human-model b18c384nbt-humanv0.bin.gz)");
}

}  // namespace katago
