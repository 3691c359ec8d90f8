// SPDX-License-Identifier: MIT
#include "backend/cpu/ops/linear.h"

#include "backend/cpu/ops/pack/pack.h"
#include "core/machine.h"

namespace katago::cpu {

std::string_view name_of(Arithmetic arithmetic) {
    switch (arithmetic) {
        case Arithmetic::Fp32:
            return "FP32";
        case Arithmetic::Int16:
            return "16-bit integers";
        case Arithmetic::Fp16:
            return "FP16";
        case Arithmetic::Int8:
            return "8-bit weights";
    }
    return "";
}

size_t near_cache_bytes() {
    static const int64_t bytes = second_level_cache_bytes();
    return bytes > 0 ? static_cast<size_t>(bytes) : kUsualNearCacheBytes;
}

bool accepts_all(const LayerOffer&) {
    return true;
}

bool accepts_fp16_gemm(const LayerOffer& offer) {
    return offer.asked != Arithmetic::Fp32 || !offer.attention;
}

bool accepts_int8(const LayerOffer& offer) {
    return offer.asked == Arithmetic::Int8 && fits_int8_groups(*offer.weights, offer.whole_rows);
}

bool accepts_library_fp16(const LayerOffer& offer) {
    return offer.asked == Arithmetic::Fp16 && (offer.by_name || !offer.attention);
}

bool accepts_int8_one_scale(const LayerOffer& offer) {
    return offer.asked == Arithmetic::Int8 && (offer.by_name || has_one_scale(*offer.weights));
}

InputRoom no_input_room(const LinearCall&) {
    return {};
}

size_t no_scratch(const LinearCall&) {
    return 0;
}

}  // namespace katago::cpu
