// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/conv_first_step.h"

#include "backend/cpu/ops/layout.h"

namespace katago::cpu {

// Values, channels, then first entries, four bytes each.
size_t ConvFirstStep::scratch_floats(const PlanShape& shape, const TensorType&) const {
    const auto points = static_cast<size_t>(shape.board.area());
    return 2 * points * static_cast<size_t>(geometry.in_channels) + points + 1;
}

void ConvFirstStep::run(const RunContext& context, const TensorType& result) const {
    const BoardShape& board = context.shape.board;
    const size_t most = static_cast<size_t>(board.area()) * static_cast<size_t>(geometry.in_channels);
    ConvFirstCall call;
    call.in = context.inputs.spatial, call.weights = weights.data();
    call.height = board.height, call.width = board.width, call.geometry = geometry;
    call.vectors = vectors_of(result.channels, context.shape.width);
    call.values = context.scratch;
    call.channels = reinterpret_cast<uint32_t*>(context.scratch + most);
    call.first_entry = reinterpret_cast<uint32_t*>(context.scratch + 2 * most);
    call.out = context.epilogue(epilogue, result);
    kernel->run(call);
}

}  // namespace katago::cpu
