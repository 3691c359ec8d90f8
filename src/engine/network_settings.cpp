// SPDX-License-Identifier: MIT
#include "engine/network_settings.h"

#include <algorithm>
#include <optional>

#include "core/machine.h"
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

// Of those that will evaluate at once; most searches and analyses keep all useful ones busy.
int threads_to_measure(const Config& config) {
    const ThreadCounts counts;
    if (!config.contains("numSearchThreads")) return counts.usual;
    return std::min(counts.useful, static_cast<int>(config.get_int("numSearchThreads", {1, kMostSearchThreads})));
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
