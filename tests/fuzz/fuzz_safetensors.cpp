// SPDX-License-Identifier: MIT
// Network files of our own, and the plans made of those that are accepted.
#include <cstdint>
#include <memory>
#include <string>

#include "backend/run_plans.h"
#include "core/error.h"
#include "nn/format/network_file.h"

using namespace katago;

// Checksums would keep all other faults from being reached, so they are not checked.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // A copy at the alignment of a mapped file.
    const auto owner = std::make_shared<const std::string>(reinterpret_cast<const char*>(data), size);
    try {
        const Model model = read_network({std::as_bytes(std::span(*owner)), owner, "fuzz"}, /*verify=*/false);
        evaluate(*model.graph);
    } catch (const ModelError&) {
    } catch (const UnsupportedError&) {
    }
    return 0;
}
