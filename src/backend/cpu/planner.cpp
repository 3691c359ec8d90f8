// SPDX-License-Identifier: MIT
#include "backend/cpu/planner.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>
#include <sstream>

#include "backend/cpu/pack.h"
#include "backend/tuning_file.h"
#include "core/error.h"

namespace katago::cpu {

namespace {

// Raise it when a kernel changes its speed: older measurements are then ignored.
constexpr int kKernelVersion = 5;
constexpr int kEdge = 19, kArea = kEdge * kEdge;
constexpr double kSecondsPerCandidate = 0.008;
constexpr int kLeastRuns = 3;

// The shortest of a few runs: other processes only ever make one longer.
double shortest(const std::function<void()>& run) {
    using Clock = std::chrono::steady_clock;
    run();
    double best = std::numeric_limits<double>::max(), sum = 0;
    for (int runs = 0; runs < kLeastRuns || sum < kSecondsPerCandidate; ++runs) {
        const auto begin = Clock::now();
        run();
        const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        best = std::min(best, seconds);
        sum += seconds;
    }
    return best;
}

// A layer of zeros, which take as long as any other numbers, with the shape's buffers.
class Trial {
  public:
    Trial(const ProductShape& shape, const Kernels& kernels)
        : shape_(shape),
          kernels_(kernels),
          vectors_(vectors_of(shape.out, kernels.width)),
          depth_(static_cast<size_t>(units_of(shape.in, kernels.width) * 2 * kernels.width)),
          columns_(static_cast<size_t>(vectors_ * kernels.width)),
          in_(kArea * depth_),
          out_(kArea * columns_) {
        epilogue_.raw = out_.data(), epilogue_.points = kArea;
    }

    double seconds(ProductKernel kernel) {
        switch (kernel) {
            case ProductKernel::GemmF32:
                return gemm_f32();
            case ProductKernel::GemmF16:
                return gemm_16(kernels_.half_dense);
            case ProductKernel::GemmS16:
                return gemm_16(kernels_.integer_dense);
            case ProductKernel::WinogradF32:
                return winograd_f32();
            case ProductKernel::WinogradF16:
                return winograd_16(kernels_.half_winograd,
                                   kernels_.half_winograd_scratch_floats(kEdge, kEdge, 1, shape_.in, shape_.out));
            case ProductKernel::WinogradS16:
                return winograd_16(kernels_.integer_winograd,
                                   kernels_.integer_winograd_scratch_floats(kEdge, kEdge, 1, shape_.in));
        }
        return 0;
    }

  private:
    double gemm_f32() {
        const AlignedFloats weights(depth_ * columns_);
        DenseCall call{in_.data(), weights.data(), kArea, shape_.in, vectors_, epilogue_};
        return shortest([&] { kernels_.dense(call); });
    }
    // Weights, here and below: whole panels, also where the last has one vector.
    double gemm_16(void (*kernel)(const IntegerDenseCall&)) {
        const AlignedInt16s weights(std::max(packed_integers(shape_.in, shape_.out, kernels_),
                                             depth_ * (columns_ + static_cast<size_t>(kernels_.width))));
        const AlignedFloats scales(columns_);
        AlignedInt16s quantized(kArea * depth_);
        AlignedFloats row_scales(kArea);
        IntegerDenseCall call;
        call.in = in_.data(), call.weights = {weights.data(), scales.data(), 1};
        call.rows = kArea, call.depth = shape_.in, call.vectors = vectors_;
        call.quantized = quantized.data(), call.row_scales = row_scales.data(), call.out = epilogue_;
        return shortest([&] { kernel(call); });
    }
    double winograd_f32() {
        const AlignedFloats weights(kWinogradPositions * depth_ * columns_);
        AlignedFloats tiles(kernels_.winograd_input_floats(kEdge, kEdge, 1, shape_.in));
        AlignedFloats scratch(kernels_.winograd_scratch_floats(kEdge, kEdge, 1));
        WinogradCall call;
        call.in = in_.data(), call.weights = weights.data(), call.height = call.width = kEdge;
        call.in_channels = shape_.in, call.out_vectors = vectors_;
        call.tiles_in = tiles.data(), call.scratch = scratch.data(), call.out = epilogue_;
        return shortest([&] { kernels_.winograd(call); });
    }
    double winograd_16(void (*kernel)(const IntegerWinogradCall&), size_t scratch_floats) {
        const AlignedInt16s weights(kWinogradPositions * depth_ * (columns_ + static_cast<size_t>(kernels_.width)));
        const AlignedFloats scales(kWinogradPositions * columns_);
        const size_t integers = kernels_.winograd_input_floats(kEdge, kEdge, 1, static_cast<int>(depth_));
        AlignedInt16s tiles(integers);
        AlignedFloats tile_scales(integers / depth_);
        AlignedFloats scratch(scratch_floats);
        IntegerWinogradCall call;
        call.in = in_.data(), call.weights = {weights.data(), scales.data(), 1};
        call.height = call.width = kEdge, call.in_channels = shape_.in, call.out_vectors = vectors_;
        call.tiles_in = tiles.data(), call.tile_scales = tile_scales.data(), call.scratch = scratch.data();
        call.out = epilogue_;
        return shortest([&] { kernel(call); });
    }

    ProductShape shape_;
    const Kernels& kernels_;
    int vectors_;
    size_t depth_, columns_;  // whole units and vectors
    AlignedFloats in_, out_;
    EpilogueCall epilogue_;
};

// "winograd_f32 0.000123 winograd_s16 0.000061"; nothing where the text does not tell of all these candidates. It may
// tell of more: other networks with this shape have more to choose from.
std::vector<Candidate> parse_candidates(const std::string& text, const std::vector<ProductKernel>& kernels) {
    std::istringstream in(text);
    std::map<std::string, double> times;
    std::string name;
    double time = 0;
    while (in >> name >> time) times[name] = time;
    std::vector<Candidate> found;
    for (const ProductKernel kernel : kernels) {
        const double seconds = times[std::string(name_of(kernel))];
        if (!(seconds > 0)) return {};
        found.push_back({kernel, seconds});
    }
    return found;
}

std::string text_of(const std::vector<Candidate>& candidates) {
    std::ostringstream out;
    for (const Candidate& c : candidates)
        out << (&c == candidates.data() ? "" : " ") << name_of(c.kernel) << " " << c.seconds;
    return out.str();
}

void save(const TuningFile& file, const LoadOptions& options) {
    try {
        file.save();
    } catch (const IoError& error) {  // a home that cannot be written only costs the time to measure again
        if (options.log) options.log(std::string("Measurements of kernels are not kept: ") + error.what());
    }
}

}  // namespace

Measurements measure(const Graph& graph, const Kernels& kernels, const LoadOptions& options) {
    const std::string set(name_of(kernels.set));
    std::string file_name = "kernels-" + set + ".txt";
    std::replace(file_name.begin(), file_name.end(), ' ', '-');
    TuningFile file(options.tuning_folder / file_name,
                    "katago kernels " + std::to_string(kKernelVersion) + ", " + set + ", " + cpu_name());
    const std::map<ProductShape, int> shapes = product_shapes(graph);
    Measurements measured;
    bool news = false;
    int done = 0;
    for (const auto& [shape, layers] : shapes) {
        const std::vector<ProductKernel> kinds = candidates_for(graph, shape, kernels);
        std::vector<Candidate> candidates;
        if (!options.measure_again) candidates = parse_candidates(file.find(name_of(shape)).value_or(""), kinds);
        if (candidates.empty()) {
            if (options.progress) options.progress(done, static_cast<int>(shapes.size()));
            Trial trial(shape, kernels);
            for (const ProductKernel kernel : kinds) candidates.push_back({kernel, trial.seconds(kernel)});
            file.set(name_of(shape), text_of(candidates));
            news = true;
        }
        measured[shape] = std::move(candidates);
        ++done;
    }
    if (news && !options.tuning_folder.empty()) save(file, options);
    return measured;
}

KernelChoices fastest_choices(const Measurements& measured) {
    // What is measured has the caches to itself. In a search every core runs an evaluation of its own: the four of a
    // Raspberry Pi 4 share a cache, and wait for memory longer than they compute, so that moving half as much pays even
    // where it takes more instructions.
    constexpr double kHalvesMayTake = 1.5;
    const auto cost = [](const Candidate& c) {
        return c.kernel == ProductKernel::WinogradF16 ? c.seconds / kHalvesMayTake : c.seconds;
    };
    KernelChoices choices;
    for (const auto& [shape, candidates] : measured) {
        choices[shape] = std::min_element(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
                             return cost(a) < cost(b);
                         })->kernel;
    }
    return choices;
}

std::string describe_precision(const Program& program) {
    int bytes = 0, integers = 0, halves = 0, floats = 0;
    for (const Step& step : program.steps) {
        const Operation& operation = step.operation;
        bytes += std::holds_alternative<Int8Step>(operation) + 2 * std::holds_alternative<Int8GatedStep>(operation);
        if (const auto* dense = std::get_if<IntegerDenseStep>(&operation)) ++(dense->halves ? halves : integers);
        if (const auto* conv = std::get_if<IntegerWinogradStep>(&operation)) ++(conv->halves ? halves : integers);
        floats += std::holds_alternative<DenseStep>(operation) || std::holds_alternative<WinogradStep>(operation) ||
                  std::holds_alternative<Im2colStep>(operation) || std::holds_alternative<SparseConvStep>(operation);
    }
    std::string rest = program.half_weights ? "FP32 with weights rounded to FP16" : "FP32";
    std::string text;
    const auto add = [&](int count, const char* what) {
        if (count > 0) text += (text.empty() ? "" : ", ") + std::string(what) + " in " + std::to_string(count);
    };
    add(bytes, "8-bit weights"), add(integers, "16-bit integers"), add(halves, "FP16");
    if (text.empty()) return rest;
    return text + " of " + std::to_string(bytes + integers + halves + floats) + " products, " + rest + " elsewhere";
}

}  // namespace katago::cpu
