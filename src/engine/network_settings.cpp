// SPDX-License-Identifier: MIT
#include "engine/network_settings.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/machine.h"
#include "core/text.h"
#include "engine/default_files.h"
#include "engine/thread_counts.h"

namespace katago {

PrecisionSetting read_precision(const Config& config) {
    const std::optional<bool> use_fp16 = config.get_bool_or_auto("useFP16", std::nullopt);
    if (config.contains("nnPrecision")) return {parse_precision(config.get_string("nnPrecision"), "nnPrecision"), ""};
    if (!use_fp16) return {};
    if (!*use_fp16) return {Precision::Fp32, "useFP16 = false: computing in FP32"};
    return {Precision::Auto, "useFP16 = true: the precision is chosen as with nnPrecision = auto"};
}

namespace {

// Those that will evaluate at once: of one search, times the searches that the configuration asks for at a time, as far
// as cores reach. What is no number is reported by whoever reads it.
int threads_to_measure(const Config& config) {
    const ThreadCounts counts;
    const std::map<std::string, std::string> values = config.all();  // not marked as used: most commands ignore some
    const auto number = [&](const char* key) {
        const auto found = values.find(key);
        return found == values.end() ? std::nullopt : parse_int(found->second);
    };
    std::optional<int> searches = number("numAnalysisThreads");
    if (!searches) searches = number("numGameThreads");
    if (searches == 0) searches = counts.useful;
    std::optional<int> threads = number("numSearchThreadsPerAnalysisThread");
    if (!threads) threads = number("numSearchThreads");
    const int64_t together = int64_t{searches.value_or(1)} * threads.value_or(searches ? 1 : counts.usual);
    return static_cast<int>(std::clamp<int64_t>(together, 1, counts.useful));
}

}  // namespace

LoadOptions load_options(const Config& config, Precision precision) {
    LoadOptions options;
    options.precision = precision;
    if (config.contains("nnKernels"))
        options.kernels = parse_kernel_provider(config.get_string("nnKernels"), "nnKernels");
    else if (precision == Precision::Fp32)
        options.kernels = KernelProvider::Own;
    options.tuning_folder = tuning_folder(config);
    options.threads = threads_to_measure(config);
    return options;
}

LoadOptions load_options(const Config& config, Precision precision, const BackendDevice& on) {
    if (!on.device) return load_options(config, precision);
    LoadOptions options = load_options(config, precision == Precision::Fp32 ? precision : Precision::Fp16);
    options.device = std::to_string(on.device->index);
    return options;
}

std::shared_ptr<MeasuringTime> measuring_time(const Config& config) {
    constexpr double kDefault = 20, kMost = 86400;
    return std::make_shared<MeasuringTime>(config.get_double("nnMeasureSeconds", {0, kMost}, kDefault));
}

int64_t memory_for_weights() {
    return read_machine_memory().free_bytes / 2;
}

ModelReadOptions model_read_options(const Config& config) {
    return {.verify = config.get_bool("verifyModelFile", true)};
}

std::filesystem::path tuning_folder(const Config& config) {
    const std::string home = config.get_string("homeDataDir", "");
    return (home.empty() ? home_data_directory() : std::filesystem::path(home)) / "tuning";
}

}  // namespace katago
