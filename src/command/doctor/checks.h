// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "command/doctor/diagnosis.h"
#include "command/options.h"
#include "core/config.h"
#include "engine/choice/backend_setting.h"
#include "nn/format/model_file.h"

namespace katago {

// What is examined, and what checks have found out for those after them.
struct Patient {
    const Options& options;
    std::filesystem::path root;             // below which files tell about the machine
    std::vector<BackendDevice> devices;     // what it can compute on besides the processor
    Config config = {};                     // empty where it cannot be read
    std::filesystem::path model_file = {};  // empty: none was found
    std::optional<Model> model = {};        // nothing: it cannot be read
};

// A group of checks each, in the order in which they run. None changes anything on the machine. They may throw: the
// others run all the same.
void check_system(Patient& patient, Diagnosis& diagnosis);
void check_memory(Patient& patient, Diagnosis& diagnosis);
void check_processors(Patient& patient, Diagnosis& diagnosis);
void check_cooling(Patient& patient, Diagnosis& diagnosis);
void check_power(Patient& patient, Diagnosis& diagnosis);
void check_graphics(Patient& patient, Diagnosis& diagnosis);
void check_config(Patient& patient, Diagnosis& diagnosis);
void check_home(Patient& patient, Diagnosis& diagnosis);
void check_network(Patient& patient, Diagnosis& diagnosis);
void check_kernels(Patient& patient, Diagnosis& diagnosis);
// The lines to paste into programs that run the engine.
void tell_gui_lines(Patient& patient, Diagnosis& diagnosis);

}  // namespace katago
