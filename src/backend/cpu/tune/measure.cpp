// SPDX-License-Identifier: MIT
#include "backend/cpu/tune/measure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string_view>
#include <utility>

#include "backend/cpu/tune/trial.h"
#include "backend/tuning_file.h"
#include "core/text.h"

namespace katago::cpu {

namespace {

// Raise it when a kernel changes its speed: older measurements are then ignored.
constexpr int kKernelVersion = 9;

// "winograd_f32 0.000123 winograd_s16 0.000061 xnn_conv_f16 -", where "-" is what this machine cannot run; nothing
// where the text does not tell of all these candidates. It may tell of more: other networks with this shape have more
// to choose from.
template <class Kernel>
std::vector<Timed<Kernel>> parse_times(const std::string& text, const std::vector<const Kernel*>& kernels) {
    constexpr std::string_view kCannotRun = "-";
    std::istringstream in(text);
    std::map<std::string, double> times;
    std::string name, time;
    while (in >> name >> time)
        times[name] = time == kCannotRun ? std::numeric_limits<double>::infinity() : parse_number(time).value_or(0);
    std::vector<Timed<Kernel>> found;
    for (const Kernel* kernel : kernels) {
        const double seconds = times[std::string(kernel->name)];
        if (!(seconds > 0)) return {};
        found.push_back({kernel, seconds});
    }
    return found;
}

template <class Kernel>
std::string text_of(const std::vector<Timed<Kernel>>& times) {
    std::ostringstream out;
    for (const Timed<Kernel>& t : times) {
        out << (&t == times.data() ? "" : " ") << t.kernel->name << " ";
        std::isinf(t.seconds) ? out << "-" : out << t.seconds;
    }
    return out.str();
}

// What another precision measured for the same shape, to be kept behind these kernels.
template <class Kernel>
std::string others_than(const std::vector<const Kernel*>& kernels, const std::string& text) {
    std::istringstream in(text);
    std::string name, time, others;
    while (in >> name >> time) {
        const auto is_this = [&](const Kernel* kernel) { return kernel->name == name; };
        if (std::none_of(kernels.begin(), kernels.end(), is_this)) others += " " + name + " " + time;
    }
    return others;
}

std::filesystem::path file_of(const InstructionSet& set, const LoadOptions& options) {
    std::string name = "kernels-" + std::string(set.name) + ".txt";
    std::replace(name.begin(), name.end(), ' ', '-');
    return options.tuning_folder / name;
}

std::string identity_of(const InstructionSet& set) {
    return "katago kernels " + std::to_string(kKernelVersion) + ", " + std::string(set.name) + ", " + cpu_name();
}

// Measures the two fastest once more, and keeps the shorter times: what a burst of other work made longer would choose
// the wrong one for good.
template <class Kernel, class Trial>
void look_again(std::vector<Timed<Kernel>>& times, const Trial& seconds_of) {
    if (times.size() < 2) return;
    std::vector<Timed<Kernel>*> order;
    for (Timed<Kernel>& t : times) order.push_back(&t);
    std::partial_sort(order.begin(), order.begin() + 2, order.end(),
                      [](const auto* a, const auto* b) { return a->seconds < b->seconds; });
    for (Timed<Kernel>* t : {order[0], order[1]}) t->seconds = std::min(t->seconds, seconds_of(*t->kernel));
}

// The times that a file keeps, and those that it lacks, measured.
class MeasuredTimes {
  public:
    MeasuredTimes(const InstructionSet& set, const LoadOptions& options, size_t shapes)
        : file_(file_of(set, options), identity_of(set)), options_(options), shapes_(static_cast<int>(shapes)) {}

    // seconds_of(kernel). Nothing where there is no time left. A shape is kept as soon as all its kernels are measured,
    // so that a start that is ended early brings the next one forward.
    template <class Kernel, class Trial>
    std::vector<Timed<Kernel>> of(const std::string& shape, const std::vector<const Kernel*>& kernels,
                                  const Trial& seconds_of) {
        const std::string known = options_.measure_again ? "" : file_.find(shape).value_or("");
        std::vector<Timed<Kernel>> times = parse_times(known, kernels);
        if (times.empty() && !options_.time->goes_on(MeasuringTime::kKernelShare)) {
            options_.time->leave(shape);
        } else if (times.empty()) {
            if (options_.progress) options_.progress(done_, shapes_);
            for (const Kernel* kernel : kernels) {
                options_.time->poll();
                times.push_back({kernel, seconds_of(*kernel)});
            }
            look_again(times, seconds_of);
            options_.time->count();
            file_.set(shape, text_of(times) + others_than(kernels, known));
            keep();
        }
        ++done_;
        return times;
    }

  private:
    void keep() {
        if (options_.tuning_folder.empty() || !can_keep_) return;
        file_.save_or_tell("Measurements of kernels are", [this](const std::string& line) {
            can_keep_ = false;
            if (options_.log) options_.log(line);
        });
    }

    TuningFile file_;
    const LoadOptions& options_;
    int shapes_, done_ = 0;
    bool can_keep_ = true;
};

std::string suffix_of(const LoadOptions& options) {
    return options.threads > 1 ? ", " + std::to_string(options.threads) + " threads" : "";
}

// The shape as a file has it, with what else decides the time: memory that is spared, and how often the layer's weights
// would make those of the network, to a power of two.
std::string name_of(const LayerShape& shape, const ShapeCandidates& layers, const LoadOptions& options) {
    const long times = std::lround(std::exp2(std::round(std::log2(layers.as_many_layers))));
    return name_of(shape) + (layers.spares_memory ? " untransformed" : "") + ", of " + std::to_string(times) +
           suffix_of(options);
}
std::string name_of(const AttentionShape& shape, const LoadOptions& options) {
    return name_of(shape) + suffix_of(options);
}

// A library's kernels are taken where they gain more than measurements vary.
constexpr double kLibraryMustGain = 1.03;

// What a shape may be computed with. By name, other libraries' kernels are not even tried: that would open them for
// nothing.
std::vector<const LinearKernel*> kinds_of(const ShapeCandidates& candidates, const LoadOptions& options) {
    std::vector<const LinearKernel*> kinds = candidates.kernels;
    std::erase_if(kinds, [&](const LinearKernel* kernel) {
        return options.kernels && kernel->provider != KernelProvider::Own && kernel->provider != *options.kernels;
    });
    return kinds;
}

// The shapes in the order in which measuring them pays: where there is a choice first, of those by their share of the
// network's multiply-adds.
std::vector<const CandidatesByShape::value_type*> by_weight(const CandidatesByShape& shapes,
                                                            const LoadOptions& options) {
    std::vector<const CandidatesByShape::value_type*> order;
    for (const auto& entry : shapes) order.push_back(&entry);
    const auto weight = [&](const CandidatesByShape::value_type* entry) {
        const auto& [shape, wanted] = *entry;
        const int64_t taps = shape.layer == LinearLayer::Conv3x3 ? 9 : 1;
        return std::pair(kinds_of(wanted, options).size() > 1, wanted.layers * taps * shape.in * shape.out);
    };
    std::stable_sort(order.begin(), order.end(), [&](const auto* a, const auto* b) { return weight(a) > weight(b); });
    return order;
}

}  // namespace

Measurements measure(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options) {
    MeasuredTimes times(set, options, shapes.size());
    Measurements measured;
    for (const CandidatesByShape::value_type* entry : by_weight(shapes, options)) {
        const auto& [shape, wanted] = *entry;
        std::vector<Candidate> found =
            times.of(name_of(shape, wanted, options), kinds_of(wanted, options), [&](const LinearKernel& kernel) {
                return seconds_of_trial(shape, wanted, kernel, kernels_for(set).width, options.threads);
            });
        if (!found.empty()) measured[shape] = std::move(found);
    }
    return measured;
}

AttentionMeasurements measure_attention(const Graph& graph, const std::vector<const AttentionKernel*>& kernels,
                                        const InstructionSet& set, const LoadOptions& options) {
    const std::map<AttentionShape, int> shapes = attention_shapes(graph);
    MeasuredTimes times(set, options, shapes.size());
    AttentionMeasurements measured;
    for (const auto& [shape, layers] : shapes) {
        auto found = times.of(name_of(shape, options), kernels, [&](const AttentionKernel& kernel) {
            return seconds_of_trial(shape, kernel, kernels_for(set).width, options.threads);
        });
        if (!found.empty()) measured[shape] = std::move(found);
    }
    return measured;
}

KeptTuning kept_measurements(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options) {
    KeptTuning kept;
    kept.file = file_of(set, options);
    const TuningFile file(kept.file, identity_of(set));
    kept.fault = file.fault();
    for (const auto& [shape, wanted] : shapes) {
        ++kept.shapes;
        const std::string times = file.find(name_of(shape, wanted, options)).value_or("");
        if (!parse_times(times, kinds_of(wanted, options)).empty()) ++kept.measured;
    }
    return kept;
}

KernelChoices fastest_choices(const Measurements& measured, std::optional<KernelProvider> provider) {
    const auto cost = [](const Candidate& c) {
        return c.kernel->provider == KernelProvider::Own ? c.seconds : c.seconds * kLibraryMustGain;
    };
    KernelChoices choices;
    for (const auto& [shape, candidates] : measured) {
        const auto is_allowed = [&](const Candidate& c) {
            return std::isfinite(c.seconds) && (!provider || c.kernel->provider == *provider);
        };
        const bool any = std::any_of(candidates.begin(), candidates.end(), is_allowed);
        const Candidate* best = nullptr;
        for (const Candidate& c : candidates) {
            const bool eligible = any ? is_allowed(c) : c.kernel->provider == KernelProvider::Own;
            if (eligible && (best == nullptr || cost(c) < cost(*best))) best = &c;
        }
        choices[shape] = best->kernel;
    }
    return choices;
}

const AttentionKernel* fastest_attention(const Graph& graph, const AttentionMeasurements& measured) {
    std::map<const AttentionKernel*, double> seconds;
    for (const auto& [shape, layers] : attention_shapes(graph)) {
        const auto times = measured.find(shape);
        if (times == measured.end()) return nullptr;
        for (const Timed<AttentionKernel>& t : times->second) seconds[t.kernel] += layers * t.seconds;
    }
    const AttentionKernel* best = nullptr;
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [kernel, sum] : seconds) {
        const double cost = kernel->provider == KernelProvider::Own ? sum : sum * kLibraryMustGain;
        if (cost < least) best = kernel, least = cost;
    }
    return best;
}

}  // namespace katago::cpu
