// SPDX-License-Identifier: MIT
// Network files, and the plans made of those that are accepted.
#include <cstdint>
#include <string>
#include <vector>

#include "backend/registry.h"
#include "core/error.h"
#include "nn/model_file.h"
#include "nn/stats.h"

using namespace katago;

namespace {

constexpr BoardShape kBoard{.height = 3, .width = 5};
constexpr int64_t kMaxMultiplyAdds = 4'000'000;

void evaluate(const Graph& graph) {
    if (graph_stats(graph, kBoard.area()).total.multiply_adds > kMaxMultiplyAdds) return;
    const auto area = static_cast<size_t>(kBoard.area());
    const std::vector<float> inputs(area * 32 + 256, 1.0f);
    std::vector<float> policy(area * 8), pass(8), value(8), score(8), ownership(area);
    for (const Backend* backend : backends()) {
        const auto plan = backend->load(graph)->compile(kBoard, 1);
        plan->run(1, {inputs.data(), inputs.data(), inputs.data()},
                  {policy.data(), pass.data(), value.data(), score.data(), ownership.data()});
    }
}

}  // namespace

// The first byte says what kind of file the rest is: 't' text, 'z' compressed, anything else binary.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto compression = data[0] == 'z' ? ByteSource::Compression::Zlib : ByteSource::Compression::None;
    try {
        const auto source = ByteSource::from_memory(std::move(bytes), "fuzz", compression);
        const Model model = read_model(*source, data[0] == 't' ? WeightForm::Text : WeightForm::Binary);
        evaluate(*model.graph);
    } catch (const ModelError&) {
    } catch (const IoError&) {
    } catch (const UnsupportedError&) {
    }
    return 0;
}
