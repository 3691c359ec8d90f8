// SPDX-License-Identifier: MIT
#include "command/model_list.h"

namespace katago {

nlohmann::json model_list(Engine& engine) {
    const ModelInfo& model = engine.model();
    return nlohmann::json::array({{{"name", engine.model_file()},
                                   {"internalName", model.name},
                                   {"maxBatchSize", 1},
                                   {"usesHumanSLProfile", engine.evaluator().wants_metadata()},
                                   {"version", model.version},
                                   {"usingFP16", "false"}}});
}

}  // namespace katago
