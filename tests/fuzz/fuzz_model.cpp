// SPDX-License-Identifier: MIT
// Network files, and the plans made of those that are accepted.
#include <cstdint>
#include <string>

#include "backend/run_plans.h"
#include "core/error.h"
#include "nn/format/model_file.h"

using namespace katago;

// The first byte says what kind of file the rest is: 't' text, 'z' compressed, anything else binary.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto compression = data[0] == 'z' ? ByteSource::Compression::Zlib : ByteSource::Compression::None;
    try {
        const auto source = ByteSource::from_memory(std::move(bytes), "fuzz", compression);
        const Model model = read_model(*source, data[0] == 't' ? WeightForm::Text : WeightForm::Binary);
        evaluate(*model.graph);
    } catch (const ModelError&) {
    } catch (const IoError&) {
    } catch (const UnsupportedError&) {
    }
    return 0;
}
