// SPDX-License-Identifier: MIT
#include "backend/cpu/tune/measure.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string_view>

#include "backend/cpu/tune/trial.h"
#include "backend/tuning_file.h"
#include "core/error.h"
#include "core/text.h"

namespace katago::cpu {

namespace {

// Raise it when a kernel changes its speed: older measurements are then ignored.
constexpr int kKernelVersion = 5;

// "winograd_f32 0.000123 winograd_s16 0.000061 xnn_conv_f16 -", where "-" is what this machine cannot run; nothing
// where the text does not tell of all these candidates. It may tell of more: other networks with this shape have more
// to choose from.
std::vector<Candidate> parse_candidates(const std::string& text, const std::vector<const LinearKernel*>& kernels) {
    constexpr std::string_view kCannotRun = "-";
    std::istringstream in(text);
    std::map<std::string, double> times;
    std::string name, time;
    while (in >> name >> time)
        times[name] = time == kCannotRun ? std::numeric_limits<double>::infinity() : parse_number(time).value_or(0);
    std::vector<Candidate> found;
    for (const LinearKernel* kernel : kernels) {
        const double seconds = times[std::string(kernel->name)];
        if (!(seconds > 0)) return {};
        found.push_back({kernel, seconds});
    }
    return found;
}

std::string text_of(const std::vector<Candidate>& candidates) {
    std::ostringstream out;
    for (const Candidate& c : candidates) {
        out << (&c == candidates.data() ? "" : " ") << c.kernel->name << " ";
        std::isinf(c.seconds) ? out << "-" : out << c.seconds;
    }
    return out.str();
}

// What another precision measured for the same shape, to be kept behind these candidates.
std::string others_than(const std::vector<const LinearKernel*>& kernels, const std::string& text) {
    std::istringstream in(text);
    std::string name, time, others;
    while (in >> name >> time) {
        const auto is_this = [&](const LinearKernel* kernel) { return kernel->name == name; };
        if (std::none_of(kernels.begin(), kernels.end(), is_this)) others += " " + name + " " + time;
    }
    return others;
}

void save(const TuningFile& file, const LoadOptions& options) {
    try {
        file.save();
    } catch (const IoError& error) {  // a home that cannot be written only costs the time to measure again
        if (options.log) options.log(std::string("Measurements of kernels are not kept: ") + error.what());
    }
}

std::filesystem::path file_of(const InstructionSet& set, const LoadOptions& options) {
    std::string name = "kernels-" + std::string(set.name) + ".txt";
    std::replace(name.begin(), name.end(), ' ', '-');
    return options.tuning_folder / name;
}

std::string identity_of(const InstructionSet& set) {
    return "katago kernels " + std::to_string(kKernelVersion) + ", " + std::string(set.name) + ", " + cpu_name();
}

// What a shape may be computed with. By name, other libraries' kernels are not even tried: that would open them for
// nothing.
std::vector<const LinearKernel*> kinds_of(const ShapeCandidates& candidates, const LoadOptions& options) {
    std::vector<const LinearKernel*> kinds = candidates.kernels;
    std::erase_if(kinds, [&](const LinearKernel* kernel) {
        return options.kernels && kernel->provider != KernelProvider::Own && kernel->provider != *options.kernels;
    });
    return kinds;
}

}  // namespace

Measurements measure(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options) {
    TuningFile file(file_of(set, options), identity_of(set));
    Measurements measured;
    bool news = false;
    int done = 0;
    for (const auto& [shape, wanted] : shapes) {
        const std::vector<const LinearKernel*> kinds = kinds_of(wanted, options);
        const std::string known = options.measure_again ? "" : file.find(name_of(shape)).value_or("");
        std::vector<Candidate> candidates = parse_candidates(known, kinds);
        if (candidates.empty()) {
            if (options.progress) options.progress(done, static_cast<int>(shapes.size()));
            for (const LinearKernel* kernel : kinds)
                candidates.push_back({kernel, seconds_of_trial(shape, wanted, *kernel, kernels_for(set).width)});
            file.set(name_of(shape), text_of(candidates) + others_than(kinds, known));
            news = true;
        }
        measured[shape] = std::move(candidates);
        ++done;
    }
    if (news && !options.tuning_folder.empty()) save(file, options);
    return measured;
}

KeptTuning kept_measurements(const CandidatesByShape& shapes, const InstructionSet& set, const LoadOptions& options) {
    KeptTuning kept;
    kept.file = file_of(set, options);
    const TuningFile file(kept.file, identity_of(set));
    kept.fault = file.fault();
    for (const auto& [shape, wanted] : shapes) {
        ++kept.shapes;
        const std::string times = file.find(name_of(shape)).value_or("");
        if (!parse_candidates(times, kinds_of(wanted, options)).empty()) ++kept.measured;
    }
    return kept;
}

KernelChoices fastest_choices(const Measurements& measured, std::optional<KernelProvider> provider) {
    // What is measured has the caches to itself. In a search every core runs an evaluation of its own: the four of a
    // Raspberry Pi 4 share a cache, and wait for memory longer than they compute, so that moving half as much pays even
    // where it takes more instructions.
    constexpr double kFp16MayTake = 1.5;
    constexpr double kLibraryMustGain = 1.03;
    const auto cost = [](const Candidate& c) {
        if (c.kernel->provider != KernelProvider::Own) return c.seconds * kLibraryMustGain;
        const bool fp16 = c.kernel->arithmetic == Arithmetic::Fp16 && c.kernel->layer == LinearLayer::Conv3x3;
        return fp16 ? c.seconds / kFp16MayTake : c.seconds;
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

}  // namespace katago::cpu
