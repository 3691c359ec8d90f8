// SPDX-License-Identifier: MIT
#include "backend/vulkan/tune/linear_tuning.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <string>

#include "backend/tuning_file.h"
#include "backend/vulkan/ops/winograd.h"
#include "backend/vulkan/shaders/push.h"
#include "backend/vulkan/tune/linear_trial.h"
#include "core/error.h"
#include "core/text.h"

namespace katago::vulkan {

namespace {

// Raise it when a shader changes its speed: older measurements are then ignored.
constexpr int kVersion = 1;
// Kernels tried for a product: the guess is seldom far off.
constexpr size_t kCandidates = 4;

// The shapes of the network's products at points of a board; those of 3x3 convolutions also as a Winograd
// convolution's.
std::set<LinearShape> shapes_of(const Graph& graph, bool with_winograd) {
    std::set<LinearShape> shapes;
    for (const Node& node : graph.nodes()) {
        if (node.type.kind != TensorKind::Spatial) continue;
        if (const auto* conv = std::get_if<Conv2d>(&node.layer)) {
            const uint32_t in = padded_channels(conv->in_channels), out = padded_channels(conv->out_channels);
            shapes.insert({static_cast<uint32_t>(conv->kernel_y * conv->kernel_x), in, out});
            if (with_winograd && is_conv3x3(*conv)) shapes.insert({1, in, out, kWinogradPositions});
        } else if (const auto* matrix = std::get_if<MatMul>(&node.layer)) {
            shapes.insert({1, padded_channels(matrix->in_channels), padded_channels(matrix->out_channels)});
        }
    }
    return shapes;
}

std::string key_of(const LinearShape& shape, bool few, bool fp16) {
    return (shape.matrices > 1 ? "winograd " : std::to_string(shape.taps) + " taps ") +
           std::to_string(shape.in_channels) + "x" + std::to_string(shape.out_channels) + (few ? " few" : " many") +
           (fp16 ? " fp16" : " fp32");
}

struct Measured {
    const LinearKernel* kernel = nullptr;  // null: none ran
    double seconds = std::numeric_limits<double>::infinity();
};

class LinearTuning {
  public:
    LinearTuning(std::shared_ptr<const Device> device, bool fp16, const LoadOptions& options, LinearChoices& choices)
        : device_(std::move(device)),
          fp16_(fp16),
          options_(options),
          choices_(choices),
          file_(options.tuning_folder / "vulkan-products.txt",
                "katago vulkan products " + std::to_string(kVersion) + ", " + device_->physical().info.identity) {}

    void run(const std::set<LinearShape>& shapes) {
        int done = 0;
        for (const LinearShape& shape : shapes) {
            for (const bool few : {true, false}) {
                const int place = done++;
                const auto best = kept_or_measured(shape, few, place, 2 * static_cast<int>(shapes.size()));
                if (!best) continue;
                if (best->kernel != nullptr) choices_.set(shape, few, *best->kernel);
                if (!few) many_[shape] = best->seconds;
            }
        }
        choose_transforms();
        if (has_news_) file_.save_or_tell("Measurements of products are", options_.log);
    }

  private:
    // As the file has it, "simt_64x64x32_b1 120.5" in microseconds, or as it is now; nothing where no time is left.
    std::optional<Measured> kept_or_measured(const LinearShape& shape, bool few, int done, int all) {
        const std::string key = key_of(shape, few, fp16_), kept = file_.find(key).value_or("");
        const size_t space = kept.find(' ');
        const LinearKernel* const kernel = space == std::string::npos ? nullptr : choices_.find(kept.substr(0, space));
        const double seconds = kernel == nullptr ? 0 : parse_number(kept.substr(space + 1)).value_or(0) * 1e-6;
        if (seconds > 0 && !options_.measure_again) return Measured{kernel, seconds};
        if (!options_.time->goes_on(MeasuringTime::kKernelShare)) {
            options_.time->leave("product " + key);
            return std::nullopt;
        }
        if (options_.progress) options_.progress(done, all);
        const Measured best = measure(shape, few);
        if (best.kernel != nullptr) file_.set(key, best.kernel->name + " " + std::to_string(best.seconds * 1e6));
        has_news_ = true;
        options_.time->count();
        return best;
    }

    Measured measure(const LinearShape& shape, bool few) const {
        const uint64_t points = few ? LinearChoices::kFewPoints : LinearChoices::kManyPoints;
        LinearTrial trial(device_, shape, few, fp16_);
        Measured best;
        for (const LinearKernel* kernel : choices_.likely(shape, points, kCandidates)) {
            try {
                const double seconds = trial.seconds(*kernel);
                if (seconds < best.seconds) best = {kernel, seconds};
            } catch (const BackendError& error) {
                if (device_->has_failed()) throw;
                if (options_.log) options_.log("The kernel " + kernel->name + " cannot be used: " + error.what());
            }
        }
        return best;
    }

    // Winograd's transform for those 3x3 convolutions of many boards that it makes faster.
    void choose_transforms() {
        for (const auto& [shape, seconds] : many_) {
            if (shape.matrices == 1) continue;
            const auto direct = many_.find({9, shape.in_channels, shape.out_channels});
            if (direct != many_.end())
                choices_.set_winograd(shape.in_channels, shape.out_channels, seconds < direct->second);
        }
    }

    std::shared_ptr<const Device> device_;
    bool fp16_;
    const LoadOptions& options_;
    LinearChoices& choices_;
    TuningFile file_;
    bool has_news_ = false;
    std::map<LinearShape, double> many_;  // of many boards, in seconds
};

}  // namespace

void tune_linear(const std::shared_ptr<const Device>& device, const Graph& graph, bool fp16, const LoadOptions& options,
                 LinearChoices& choices) {
    LinearTuning(device, fp16, options, choices).run(shapes_of(graph, !choices.has_matrix_unit()));
}

}  // namespace katago::vulkan
