// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "backend/backend.h"
#include "core/config.h"
#include "engine/choice/backend_setting.h"
#include "nn/format/model_file.h"

namespace katago {

// What a configuration says of how a network is read and computed.

// nnPrecision, else KataGo's useFP16 translated. `note`: what a person should know of the translation; else empty.
struct PrecisionSetting {
    Precision precision = Precision::Auto;
    std::string note;
};
// Throws ConfigError.
PrecisionSetting read_precision(const Config& config);

// How a network is loaded, but for who is told. Whose kernels compute it is what nnKernels says; else the fastest of
// all, but in FP32 ours: it is what other answers are compared with, and gives the same digits on every run. Throws
// ConfigError.
LoadOptions load_options(const Config& config, Precision precision);
// The same for what is to compute it, with its device. Devices compute in FP32 where that is asked for, else in FP16.
LoadOptions load_options(const Config& config, Precision precision, const BackendDevice& on);

// The time for measurements at a start: nnMeasureSeconds. Throws ConfigError.
std::shared_ptr<MeasuringTime> measuring_time(const Config& config);

// What the weights may take: half of the memory that is free, the rest is for the tree and the cache.
int64_t memory_for_weights();

// verifyModelFile. Throws ConfigError.
ModelReadOptions model_read_options(const Config& config);

// Where measurements of this machine are kept: in homeDataDir, else in the home data directory.
std::filesystem::path tuning_folder(const Config& config);

}  // namespace katago
