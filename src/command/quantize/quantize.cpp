// SPDX-License-Identifier: MIT
// `katago quantize`: makes a smaller file of a network and says what that costs.
#include <algorithm>
#include <filesystem>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "backend/registry.h"
#include "command/interrupt_watch.h"
#include "command/options.h"
#include "command/quantize/subcommand.h"
#include "core/error.h"
#include "core/machine.h"
#include "core/replace_file.h"
#include "core/text.h"
#include "engine/quantize_display.h"
#include "engine/quantize_model.h"
#include "nn/format/network_file.h"
#include "nn/int8_layers.h"
#include "quant/stored_weights.h"
#include "report/text_table.h"

namespace katago {

namespace {

namespace fs = std::filesystem;

// The worst means that users should accept: see README. Attention reacts more strongly to its weights.
constexpr double kMaxKl = 1.5e-4, kMaxKlWithAttention = 2.5e-4, kMaxKlMixed = 5e-5, kMinAgreement = 0.98;
// With one scale for each output: what rounding their inputs adds keeps the whole below 3.5e-4.
constexpr double kMaxKlOneScale = 2.8e-4;

const CommandLine& command_line() {
    static const CommandLine line{
        "quantize",
        "Make a file of a half or a quarter of the size from a network.\n\n"
        "   katago quantize -model NET.bin.gz -precision int8 -output NET-int8.safetensors\n"
        "   katago quantize -model NET.bin.gz -precision int8 -calibration games/ -output NET-int8.safetensors",
        {{"model", "", "FILE", "Neural net model file.", false},
         {"output", "", "FILE", "The file to write; its name should end in .safetensors.", false},
         {"precision", "", "NAME",
          "How weights are stored. int8 (the default): a quarter of the size; layers that cost too much accuracy in "
          "fp16. mixed: the same, for a third of the loss. fp16: half the size.",
          false},
         {"calibration", "", "PATHS",
          "SGF files and folders of them, separated by commas, to draw positions from (default: built-in games).",
          false},
         {"positions", "", "N", "How many positions to draw (default 512).", false},
         {"seed", "", "N", "Seed of the draw (default 1).", false},
         {"block", "", "N",
          "Input channels that share a scale, at most (default 32, or 64 where the file would be larger than 28 %); "
          "matrices of networks with attention have one for up to 256.",
          false},
         {"one-scale", "", "NAME",
          "Layers whose weights have one scale for each output, which XNNPACK's INT8 kernels take as well as ours: "
          "none "
          "(the default), all, or mixed: those where that costs least accuracy, as many as the budget allows.",
          false},
         {"max-kl", "", "NATS",
          "Budget: mean divergence of the policy (default 1.5e-4, with attention 2.5e-4; mixed 5e-5; with -one-scale "
          "2.8e-4).",
          false},
         {"min-agreement", "", "SHARE",
          "Budget: share of positions with the same best move, but for chance (default 0.98).", false},
         {"threads", "", "N", "Threads to compute with (default: the cores).", false}}};
    return line;
}

std::string required(const Options& options, const char* name) {
    if (options.has(name)) return *options.value(name);
    throw UsageError(std::string("quantize: -") + name + " is missing; see katago quantize -help");
}

// The source must outlive a failure, and a success too.
void check_output(const fs::path& source, const fs::path& output) {
    std::error_code failure;
    if (fs::exists(output, failure) && fs::equivalent(source, output, failure))
        throw UsageError("quantize: -output is the network itself: " + output.string());
    const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
    if (!fs::is_directory(folder, failure)) throw UsageError("quantize: -output: no folder " + folder.string());
    check_can_write(output);
}

OneScale one_scale_of(const Options& options) {
    const std::string name = options.value("one-scale").value_or("none");
    if (name == "none") return OneScale::None;
    if (name == "mixed") return OneScale::Mixed;
    if (name == "all") return OneScale::All;
    throw UsageError("quantize: -one-scale: invalid value " + name + ", must be none, mixed or all");
}

QuantizeSettings settings_of(const Options& options, const Graph& graph, bool mixed) {
    QuantizeSettings settings;
    settings.one_scale = one_scale_of(options);
    const auto whole = [&](const char* name, int fallback, int min, int max) {
        const auto text = options.value(name);
        return text ? parse_int_option(*text, std::string("-") + name, min, max) : fallback;
    };
    const auto real = [&](const char* name, double fallback, double max) {
        const auto text = options.value(name);
        return text ? parse_number_option(*text, std::string("-") + name, 0, max) : fallback;
    };
    if (const auto paths = options.value("calibration"))
        for (const std::string& path : split_at_commas(*paths)) settings.calibration.paths.emplace_back(path);
    settings.calibration.positions = whole("positions", settings.calibration.positions, 4, 100'000);
    settings.calibration.seed = static_cast<uint64_t>(whole("seed", 1, 0, 2'000'000'000));
    settings.block = whole("block", settings.block, 1, 4096);
    const double usual_kl = settings.one_scale != OneScale::None ? kMaxKlOneScale
                            : mixed                              ? kMaxKlMixed
                            : has_attention(graph)               ? kMaxKlWithAttention
                                                                 : kMaxKl;
    settings.max_kl = real("max-kl", usual_kl, 100);
    settings.min_agreement = real("min-agreement", kMinAgreement, 1);
    settings.threads = whole("threads", usable_cores(), 1, 1024);
    return settings;
}

std::string shape_text(const Node& node) {
    const LinearShape shape = linear_shape(node);
    return (shape.taps > 1 ? std::to_string(shape.taps) + " taps " : "") + std::to_string(shape.in_channels) + "x" +
           std::to_string(shape.out_channels);
}

std::string scientific(double value) {
    if (value < 0) return "";
    char text[32];
    std::snprintf(text, sizeof(text), "%.1e", value);
    return text;
}

void print_layers(const QuantizedModel& made, std::ostream& out) {
    const bool one_scale_measured = std::any_of(made.layers.begin(), made.layers.end(),
                                                [](const LayerChoice& layer) { return layer.kl_one_scale >= 0; });
    std::vector<std::string> heading = {"KL alone", "bytes", "stored", "shape", "layer"};
    if (one_scale_measured) heading.insert(heading.begin() + 1, "KL one scale");
    TextTable table(heading, heading.size() - 3);
    for (const LayerChoice& layer : made.layers) {
        const Node& node = made.model.graph->node(layer.node);
        const bool one_scale = layer.stored == DType::Int8 && layer.one_scale;
        std::vector<std::string> cells = {
            scientific(layer.kl_alone), std::to_string(linear_weights(node)->stored_bytes()),
            std::string(name_of(layer.stored)) + (one_scale ? ", one scale" : ""), shape_text(node), node.name};
        if (one_scale_measured) cells.insert(cells.begin() + 1, scientific(layer.kl_one_scale));
        table.add(std::move(cells));
    }
    out << table.text();
}

// "a.safetensors: 1.10 MB, 26.6 % of the source's weights in FP32"
std::string size_text(const fs::path& output, const Graph& source) {
    const auto bytes = static_cast<double>(fs::file_size(output));
    const auto floats = static_cast<double>(bytes_in_fp32(source));
    return output.string() + ": " + fixed_number(bytes / 1e6, 2) + " MB, " + fixed_number(100 * bytes / floats, 1) +
           " % of the weights in FP32";
}

int quantize(const Options& options, const Streams& streams) {
    const InterruptWatch interrupts;
    const fs::path source = required(options, "model"), output = required(options, "output");
    const std::string precision = options.value("precision").value_or("int8");
    if (precision != "int8" && precision != "fp16" && precision != "mixed")
        throw UsageError("quantize: -precision: invalid value " + precision + ", must be int8, mixed or fp16");
    const Model model = read_model(source);
    check_output(source, output);
    const std::string file = source.filename().string();
    QuantizeDisplay display(streams.err, [&] { return interrupts.poll() || streams.reader->gone(); });
    if (precision == "fp16") {
        const Model fp16 = model_in_fp16(model, file);
        display.check();
        write_network(output, fp16);
        streams.out << size_text(output, *model.graph) << std::endl;
        return 0;
    }
    const QuantizedModel made =
        quantize_model(model, file, *backends().front(), settings_of(options, *model.graph, precision == "mixed"),
                       [&](const char* stage, size_t done, size_t all) { display.show(stage, done, all); });
    display.check();
    for (const std::string& warning : made.warnings) streams.err << "Warning: " << warning << "\n";
    write_network(output, made.model);
    display.clear();
    print_layers(made, streams.out);
    streams.out << size_text(output, *model.graph) << "\nAgainst FP32: " << describe(made.agreement)
                << (made.within_budget ? "" : "\nThe budget does not hold even with layers in FP16.") << std::endl;
    return made.within_budget ? 0 : 1;
}

}  // namespace

int run_quantize(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    try {
        return quantize(options, streams);
    } catch (const QuantizeInterrupted& interruption) {
        streams.reader->expect();
        streams.err << interruption.what() << std::endl;
        return 130;  // as shells report an interrupted program
    }
}

}  // namespace katago
