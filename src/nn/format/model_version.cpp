// SPDX-License-Identifier: MIT
#include "nn/format/model_version.h"

#include <algorithm>
#include <iterator>

namespace katago {

namespace {

constexpr InputVersion kInputVersions[] = {
    {8, 7, 22, 19}, {7, 6, 22, 16}, {6, 5, 13, 12}, {5, 4, 22, 14}, {3, 3, 22, 14}};

}  // namespace

const InputVersion& input_version_of(int model_version) {
    return *std::find_if(std::begin(kInputVersions), std::end(kInputVersions),
                         [&](const InputVersion& row) { return model_version >= row.first_model_version; });
}

int score_channels_of(int model_version) {
    if (model_version == 3) return 1;
    if (model_version < 8) return 2;
    return model_version == 8 ? 4 : 6;
}

}  // namespace katago
