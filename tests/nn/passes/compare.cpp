// SPDX-License-Identifier: MIT
#include "nn/passes/compare.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "golden.h"
#include "nn/format/model_file.h"

namespace pass_tests {

namespace {

// Relative to the largest value: scales and shifts are rounded to float, 6e-8, and chains of layers amplify that.
constexpr double kTolerance = 1e-5;

}  // namespace

void check_outputs(const Graph& graph, const std::vector<Value>& wanted, const std::vector<Value>& found) {
    const GraphOutputs& outputs = graph.outputs();
    for (const NodeId id : {outputs.policy, outputs.pass, outputs.value, outputs.score, outputs.ownership}) {
        CAPTURE(graph.node(id).name);
        const Value &a = wanted[static_cast<size_t>(id)], &b = found[static_cast<size_t>(id)];
        REQUIRE(a.size() == b.size());
        double largest = 0, error = 0;
        for (size_t i = 0; i < a.size(); ++i) {
            REQUIRE(std::isfinite(a[i] + b[i]));
            largest = std::max(largest, std::abs(a[i]));
            error = std::max(error, std::abs(a[i] - b[i]));
        }
        CHECK(error <= kTolerance * largest);
    }
}

void for_each_small_network(const std::function<void(const Graph&)>& test) {
    const std::filesystem::path folder = golden::find("models");
    if (folder.empty()) return;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with("random-")) continue;
        CAPTURE(name);
        test(*read_model(entry.path()).graph);
    }
}

}  // namespace pass_tests
