// SPDX-License-Identifier: MIT
#include "command/model_list.h"

namespace katago {

namespace {

nlohmann::json description(Engine& engine) {
    const ModelInfo& model = engine.model();
    return {{"name", engine.model_file()},
            {"internalName", model.name},
            {"maxBatchSize", engine.evaluator().max_batch()},
            {"usesHumanSLProfile", engine.evaluator().wants_metadata()},
            {"version", model.version},
            {"usingFP16", "false"}};
}

}  // namespace

nlohmann::json model_list(Engine& engine, Engine* human) {
    nlohmann::json list = nlohmann::json::array({description(engine)});
    if (human) list.push_back(description(*human));
    return list;
}

}  // namespace katago
