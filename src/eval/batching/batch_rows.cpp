// SPDX-License-Identifier: MIT
#include "eval/batching/batch_rows.h"

#include <algorithm>

#include "eval/features.h"
#include "nn/format/model_version.h"

namespace katago {

namespace {

void grow(std::vector<float>& values, size_t count) {
    if (values.size() < count) values.resize(count);
}

}  // namespace

BatchRows::BatchRows(const ModelInfo& info, int meta_channels)
    : spatial_channels_(static_cast<size_t>(row_channels(info.input_version).spatial)),
      global_channels_(static_cast<size_t>(row_channels(info.input_version).global)),
      meta_channels_(static_cast<size_t>(meta_channels)),
      policy_channels_(static_cast<size_t>(info.policy_channels)),
      score_channels_(static_cast<size_t>(score_channels_of(info.version))) {}

BatchRows::Widths BatchRows::widths_on(size_t area) const {
    return {.spatial = area * spatial_channels_,
            .global = global_channels_,
            .meta = meta_channels_,
            .policy = area * policy_channels_,
            .pass = policy_channels_,
            .value = 3,
            .score = score_channels_,
            .ownership = area};
}

void BatchRows::gather(std::span<WaitingRow* const> rows) {
    const Widths width = widths_on(static_cast<size_t>(rows.front()->board.area()));
    const size_t count = rows.size();
    grow(spatial_, count * width.spatial);
    grow(global_, count * width.global);
    grow(meta_, count * width.meta);
    grow(policy_, count * width.policy);
    grow(pass_, count * width.pass);
    grow(value_, count * width.value);
    grow(score_, count * width.score);
    grow(ownership_, count * width.ownership);
    for (size_t i = 0; i < count; ++i) {
        const PlanInputs& from = rows[i]->inputs;
        std::copy_n(from.spatial, width.spatial, &spatial_[i * width.spatial]);
        std::copy_n(from.global, width.global, &global_[i * width.global]);
        if (width.meta > 0) std::copy_n(from.meta, width.meta, &meta_[i * width.meta]);
    }
}

PlanInputs BatchRows::inputs() const {
    return {.spatial = spatial_.data(), .global = global_.data(), .meta = meta_channels_ > 0 ? meta_.data() : nullptr};
}

PlanOutputs BatchRows::outputs() {
    return {.policy = policy_.data(),
            .pass = pass_.data(),
            .value = value_.data(),
            .score = score_.data(),
            .ownership = ownership_.data()};
}

void BatchRows::scatter(std::span<WaitingRow* const> rows) const {
    const Widths width = widths_on(static_cast<size_t>(rows.front()->board.area()));
    for (size_t i = 0; i < rows.size(); ++i) {
        const PlanOutputs& to = rows[i]->outputs;
        std::copy_n(&policy_[i * width.policy], width.policy, to.policy);
        std::copy_n(&pass_[i * width.pass], width.pass, to.pass);
        std::copy_n(&value_[i * width.value], width.value, to.value);
        std::copy_n(&score_[i * width.score], width.score, to.score);
        std::copy_n(&ownership_[i * width.ownership], width.ownership, to.ownership);
    }
}

}  // namespace katago
