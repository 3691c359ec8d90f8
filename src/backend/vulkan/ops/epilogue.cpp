// SPDX-License-Identifier: MIT
#include "backend/vulkan/ops/epilogue.h"

namespace katago::vulkan {

void add_epilogue(Dispatch& dispatch, const Epilogue& epilogue, const RecordContext& context) {
    uint32_t& flags = dispatch.push.flags;
    const auto add = [&](NodeId id, Access access, uint32_t present, uint32_t is_half) {
        if (id == kNoNode) {
            dispatch.operands.push_back(kIgnored);
            return;
        }
        flags |= present;
        if (context.value(id).is_half) flags |= is_half;
        dispatch.operands.push_back({context.range(id), access});
    };
    add(epilogue.raw, Access::Writes, kWritesRaw, kRawIsT);
    add(epilogue.activated, Access::Writes, kWritesActivated, kActivatedIsT);
    add(epilogue.multiplier, Access::Reads, kHasMultiplier, kMultiplierIsT);
    add(epilogue.vector, Access::Reads, kHasVector, 0);
    add(epilogue.residual, Access::Reads, kHasResidual, kResidualIsT);
    if (epilogue.affine.bytes > 0) {
        flags |= kHasAffine;
        dispatch.operands.push_back({context.range(epilogue.affine), Access::Reads});
    } else {
        dispatch.operands.push_back(kIgnored);
    }
    flags |= static_cast<uint32_t>(epilogue.kind) << kActivationShift;
}

}  // namespace katago::vulkan
