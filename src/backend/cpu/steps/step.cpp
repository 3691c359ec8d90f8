// SPDX-License-Identifier: MIT
#include "backend/cpu/steps/step.h"

namespace katago::cpu {

EpilogueCall RunContext::epilogue(const Epilogue& from, const TensorType& result) const {
    EpilogueCall call;
    call.multiplier = value(from.multiplier), call.vector = value(from.vector);
    call.residual = value(from.residual);
    call.raw = value(from.raw);
    if (is_fp16(from.activated)) {
        call.activated_fp16 = reinterpret_cast<int16_t*>(value(from.activated));
    } else {
        call.activated = value(from.activated);
    }
    call.scale = from.scale.data(), call.shift = from.shift.data(), call.kind = from.kind;
    call.batch = shape.batch, call.points = shape.points(result.kind);
    return call;
}

}  // namespace katago::cpu
