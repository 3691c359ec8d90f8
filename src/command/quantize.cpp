// SPDX-License-Identifier: MIT
// `katago quantize`: makes a smaller file of a network and says what that costs.
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "command/options.h"
#include "command/table.h"
#include "core/error.h"
#include "nn/json_fields.h"
#include "nn/network_file.h"
#include "nn/stats.h"
#include "protocol/gtp_text.h"
#include "quant/stored_weights.h"

namespace katago {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const CommandLine& command_line() {
    static const CommandLine line{
        "quantize",
        "Make a file of a half or a quarter of the size from a network.",
        {{"model", "", "FILE", "Neural net model file.", false},
         {"output", "", "FILE", "The file to write; its name should end in .safetensors.", false},
         {"precision", "", "fp16", "How weights are stored: fp16 (half the size).", false}}};
    return line;
}

std::string required(const Options& options, const char* name) {
    if (!options.has(name))
        throw UsageError(std::string("quantize: -") + name + " is missing; see katago quantize -help");
    return *options.value(name);
}

// The source must outlive a failure, and a success too.
void check_output(const fs::path& source, const fs::path& output) {
    std::error_code failure;
    if (fs::exists(output, failure) && fs::equivalent(source, output, failure))
        throw UsageError("quantize: -output is the network itself: " + output.string());
}

}  // namespace

int run_quantize(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    const fs::path source = required(options, "model"), output = required(options, "output");
    const std::string precision = options.value("precision").value_or("fp16");
    if (precision != "fp16") throw UsageError("quantize: -precision: invalid value " + precision + ", fp16 is known");
    check_output(source, output);
    Model model = read_model(source);
    model.notes["source"] = json_text({{"file", source.filename().string()}, {"sha256", model.info.sha256}});
    model.notes["quantization"] = json_text({{"precision", precision}});
    const auto bytes = [](const Model& m) { return static_cast<double>(graph_stats(*m.graph, 361).total.bytes) / 1e6; };
    const double before = bytes(model);
    model.graph = std::make_shared<const Graph>(with_halves(*model.graph));
    write_network(output, model);
    streams.out << output.string() << ": " << fixed_number(bytes(model), 2) << " MB of weights, in FP32 "
                << fixed_number(before, 2) << " MB" << std::endl;
    return 0;
}

}  // namespace katago
