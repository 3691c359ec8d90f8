// SPDX-License-Identifier: MIT
#include "play/profile_use.h"

#include "eval/sgf_metadata.h"

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

}  // namespace katago
