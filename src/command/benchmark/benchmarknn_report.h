// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "engine/choice/backend_setting.h"
#include "engine/speed/nn_speed.h"

namespace katago {

// A network as one precision runs it, at one load.
struct NnMeasurement {
    Precision precision = Precision::Fp32;
    NnSpeed speed;
};

// What `benchmarknn` found.
struct NnReport {
    std::string model_file, model_name;
    BackendDevice computes_with;
    std::string computes_in;  // what the plan of `first` says of itself; may be empty
    std::vector<int> board_lengths;
    bool require_exact_length = false;
    double multiply_adds = 0;                // of one evaluation
    NnMeasurement first;                     // as the command line asked for
    std::vector<NnMeasurement> comparisons;  // other precisions, batches and numbers of threads
    std::vector<StepProfile> profile;        // of `first`'s plan on the first board; empty: not wanted
    double profile_peak_gflops = 0;          // P, measured with it
    double peak_memory_mb = 0;
};

// The reference's lines, then ours.
void print_nn_report(const NnReport& report, std::ostream& out);
// The reference's fields, then ours.
nlohmann::ordered_json nn_report_json(const NnReport& report);

}  // namespace katago
