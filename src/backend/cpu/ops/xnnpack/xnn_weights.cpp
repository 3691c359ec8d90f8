// SPDX-License-Identifier: MIT
#if defined(KATAGO_XNNPACK)
// The weights of operators, as one layer's packed weights have them.
#include <deque>
#include <memory>

#include "backend/cpu/ops/xnnpack/xnn_create.h"

namespace katago::cpu {

namespace {

// In PackedWeights::values chunk stands behind chunk.
std::vector<XnnWeights> raw_weights(const void* values, const float* scales, const std::vector<XnnShape>& shapes) {
    std::vector<XnnWeights> all;
    const auto* next = static_cast<const int8_t*>(values);
    for (const XnnShape& shape : shapes) {
        all.push_back({.values = next, .scales = scales});
        next += shape.weights() * bytes_of(shape.numbers);
    }
    return all;
}

#if defined(KATAGO_XNNPACK_RESHAPES)

// One operator's weights as the library packed them, which the operators of all plans share. It is the library's cache
// of weights with one entry: what is looked up is there or is the entry to be made.
class PackedOperator {
  public:
    PackedOperator(const XnnShape& shape, const XnnWeights& weights) {
        create_operator(shape, {weights.values, weights.scales, cache()});
    }
    PackedOperator(const PackedOperator&) = delete;
    PackedOperator& operator=(const PackedOperator&) = delete;

    xnn_weights_cache_t cache() const { return &provider_; }

  private:
    static PackedOperator& of(void* context) { return *static_cast<PackedOperator*>(context); }
    static size_t look_up(void* context, const xnn_weights_cache_look_up_key*) {
        return of(context).packed_.empty() ? SIZE_MAX : 0;
    }
    static void* reserve_space(void* context, size_t bytes) {
        of(context).packed_ = AlignedArray<int8_t>(bytes + kXnnExtraBytes);
        return of(context).packed_.data();
    }
    static size_t look_up_or_insert(void*, const xnn_weights_cache_look_up_key*, void*, size_t) { return 0; }
    static bool is_finalized(void*) { return true; }
    static void* offset_to_addr(void* context, size_t offset) { return of(context).packed_.data() + offset; }
    static xnn_status delete_cache(void*) { return xnn_status_success; }

    AlignedArray<int8_t> packed_;
    // Operators keep a pointer to it, and change nothing.
    mutable xnn_weights_cache_provider provider_ = {this,         look_up,        reserve_space, look_up_or_insert,
                                                    is_finalized, offset_to_addr, delete_cache};
};

// One layer's.
struct SharedWeights final : LibraryWeights {
    SharedWeights(const PackedWeights& raw, const std::vector<XnnShape>& shapes) {
        const std::vector<XnnWeights> weights = raw_weights(raw.values.data(), raw.scales.data(), shapes);
        for (size_t i = 0; i < shapes.size(); ++i) operators.emplace_back(shapes[i], weights[i]);
    }
    std::deque<PackedOperator> operators;
};

#endif

}  // namespace

std::vector<XnnWeights> xnn_weights(const WeightsView& weights, const std::vector<XnnShape>& shapes) {
#if defined(KATAGO_XNNPACK_RESHAPES)
    if (const auto* shared = static_cast<const SharedWeights*>(weights.library)) {
        std::vector<XnnWeights> all;
        // Weights that the cache has are not read, but a null pointer is refused.
        for (const PackedOperator& packed : shared->operators) all.push_back({shared, weights.scales, packed.cache()});
        return all;
    }
#endif
    return raw_weights(weights.values, weights.scales, shapes);
}

#if defined(KATAGO_XNNPACK_RESHAPES)
void share_xnn_weights(PackedWeights& packed, const std::vector<XnnShape>& shapes) {
    packed.library = std::make_unique<const SharedWeights>(packed, shapes);
    packed.values = {};
}
#else
// Each operator packs the weights for itself.
void share_xnn_weights(PackedWeights&, const std::vector<XnnShape>&) {}
#endif

}  // namespace katago::cpu
#endif
