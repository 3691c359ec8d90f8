// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "backend/registry.h"
#include "nn/stats.h"

// Runs the plans of every backend on a small board, unless the network is too big for thousands of runs.
inline void evaluate(const katago::Graph& graph) {
    using namespace katago;
    constexpr BoardShape kBoard{.height = 3, .width = 5};
    constexpr int64_t kMaxMultiplyAdds = 4'000'000;
    if (graph_stats(graph, kBoard.area()).total.multiply_adds > kMaxMultiplyAdds) return;
    const auto area = static_cast<size_t>(kBoard.area());
    const std::vector<float> inputs(area * 32 + 256, 1.0f);
    std::vector<float> policy(area * 8), pass(8), value(8), score(8), ownership(area);
    for (const Backend* backend : backends()) {
        if (backend->name() == "vulkan") continue;  // opening a device takes longer than a run
        const auto plan = backend->load(graph)->compile(kBoard, 1);
        plan->run(1, {inputs.data(), inputs.data(), inputs.data()},
                  {policy.data(), pass.data(), value.data(), score.data(), ownership.data()});
    }
}
