// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "eval/features.h"
#include "game/recipe.h"
#include "golden.h"
#include "query.h"

namespace katago {

namespace {

constexpr int kPlanes = 22;
constexpr int kGlobals = 19;
constexpr double kGlobalTolerance = 1e-6;  // printed with nine digits

// The points (x + 19 * y) where a plane is 1; any value but 0 and 1 is reported as -1.
std::set<int> points_of(const std::vector<float>& row, int plane, BoardSize size) {
    std::set<int> points;
    for (int i = 0; i < size.area(); ++i) {
        const float value = row[static_cast<size_t>(i * kPlanes + plane)];
        if (value == 0) continue;
        points.insert(value == 1 ? i % size.width + 19 * (i / size.width) : -1);
    }
    return points;
}

std::set<int> expected_points(const nlohmann::json& list, int width) {
    std::set<int> points;
    for (int point : list) points.insert(point % width + 19 * (point / width));
    return points;
}

}  // namespace

TEST_CASE("features: version 7 rows equal the reference's") {
    const auto file = golden::find("nn-inputs/positions.jsonl.gz");
    if (file.empty()) return;
    LadderMemory ladders;
    int rows = 0;
    golden::for_each_row(file, [&](const nlohmann::json& expected) {
        ++rows;
        CAPTURE(expected["id"].get<std::string>());
        const BoardHistory history = recipe::game_of(expected);
        const BoardSize size = history.board().size();
        const Player player = recipe::player_of(expected["nextPlayer"]);
        const EvalOptions options = query::options_of(expected["misc"]);
        std::vector<float> spatial(static_cast<size_t>(size.area() * kPlanes), NAN);
        std::vector<float> global(kGlobals, NAN);
        fill_inputs(7, {history, player, options, 0}, ladders, spatial.data(), global.data());

        for (int plane = 0; plane < kPlanes; ++plane) {
            CAPTURE(plane);
            const auto found = points_of(spatial, plane, size);
            CHECK(found == expected_points(expected["planes19"][static_cast<size_t>(plane)], 19));
            CHECK(found == expected_points(expected["planesExact"][static_cast<size_t>(plane)], size.width));
        }
        for (size_t i = 0; i < kGlobals; ++i) {
            CAPTURE(i);
            const double wanted = expected["globals"][i];
            // Written so that NaN fails; a check a value would take most of the time.
            if (!(std::abs(global[i] - wanted) <= kGlobalTolerance)) CHECK(global[i] == wanted);
        }
    });
    CHECK(rows == 564);
}

}  // namespace katago
