// SPDX-License-Identifier: MIT
// Network files, and the plans made of those that are accepted.
#include <cstdint>
#include <string>

#include "backend/run_plans.h"
#include "core/error.h"
#include "nn/format/foreign_file.h"
#include "nn/format/model_file.h"

using namespace katago;

// The first byte says what form the rest is read in: 't' text, anything else binary; it may be compressed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    describe_foreign_file(bytes);
    try {
        const auto source = ByteSource::from_memory(std::move(bytes), "fuzz");
        const Model model = read_model(*source, data[0] == 't' ? WeightForm::Text : WeightForm::Binary);
        evaluate(*model.graph);
    } catch (const ModelError&) {
    } catch (const IoError&) {
    } catch (const UnsupportedError&) {
    }
    return 0;
}
