// SPDX-License-Identifier: MIT
// `katago info`: what is in a network file, and what can compute it.
#include <nlohmann/json.hpp>
#include <ostream>

#include "backend/registry.h"
#include "command/info/devices.h"
#include "command/info/subcommand.h"
#include "command/options.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/text.h"
#include "engine/default_files.h"
#include "engine/embedded_network.h"
#include "engine/engine.h"
#include "nn/format/json_fields.h"
#include "nn/format/layer_fields.h"
#include "nn/stats.h"
#include "report/text_table.h"

namespace katago {

namespace {

using nlohmann::json;

constexpr int kBoardArea = 361;

const CommandLine& command_line() {
    static const CommandLine line{
        "info",
        "Show what is in a network file: version, architecture, layers, numbers, provenance. Or the graphics devices "
        "that can compute one.",
        {{"model", "", "FILE", "Neural net model file of any kind.", false},
         {"devices", "", "", "Show what networks can be computed on here instead of a network.", false},
         {"json", "", "", "Print one JSON object instead of text.", false},
         {"no-verify", "", "", "Do not check the sums of a .safetensors file: faster.", false}}};
    return line;
}

// A layer's own dimensions, for a person.
struct ShapeText {
    std::string operator()(const Conv2d& layer) const {
        std::string text = std::to_string(layer.kernel_y) + "x" + std::to_string(layer.kernel_x) + " " +
                           std::to_string(layer.in_channels) + "x" + std::to_string(layer.out_channels);
        if (layer.dilation_y != 1 || layer.dilation_x != 1)
            text += " dilated " + std::to_string(layer.dilation_y) + "x" + std::to_string(layer.dilation_x);
        return text;
    }
    std::string operator()(const MatMul& layer) const {
        return std::to_string(layer.in_channels) + "x" + std::to_string(layer.out_channels);
    }
    std::string operator()(const Activation& layer) const {
        return std::string(kActivationNames[static_cast<size_t>(layer.kind)]);
    }
    std::string operator()(const GlobalPool& layer) const {
        return std::string(kPoolNames[static_cast<size_t>(layer.kind)]);
    }
    std::string operator()(const Attention& layer) const {
        return std::to_string(layer.heads) + " heads, " + std::to_string(layer.kv_heads) + " key/value heads, " +
               std::to_string(layer.qk_channels) + "+" + std::to_string(layer.v_channels) + " channels";
    }
    template <class Other>
    std::string operator()(const Other&) const {
        return "";
    }
};

std::string stored_type(const Node& node, const LayerStats& stats) {
    return std::visit(
        [&](const auto& layer) -> std::string {
            if constexpr (requires { layer.weights; }) return std::string(name_of(layer.weights.dtype()));
            return stats.bytes > 0 ? "fp32" : "";
        },
        node.layer);
}

std::string type_text(const TensorType& type) {
    return (type.kind == TensorKind::Spatial ? "spatial " : "vector ") + std::to_string(type.channels);
}

json layer_json(const Node& node, const LayerStats& stats) {
    json inputs = node.inputs;
    return {{"name", node.name},
            {"layer", std::string(std::visit(LayerName(), node.layer))},
            {"shape", std::visit(ShapeText(), node.layer)},
            {"output", type_text(node.type)},
            {"inputs", inputs},
            {"dtype", stored_type(node, stats)},
            {"parameters", stats.parameters},
            {"bytes", stats.bytes},
            {"multiplyAdds", stats.multiply_adds}};
}

json to_json(const Model& model, const GraphStats& stats, const std::string& file, uint64_t file_bytes) {
    json layers = json::array();
    for (size_t i = 0; i < stats.layers.size(); ++i)
        layers.push_back(layer_json(model.graph->nodes()[i], stats.layers[i]));
    json notes = json::object();
    for (const auto& [name, text] : model.notes) {
        const json note = parse_json_or_discard(text);
        notes[name] = note.is_discarded() ? json(text) : note;
    }
    const ModelInfo& info = model.info;
    const OutputMultipliers& m = info.multipliers;
    return {{"file", file},
            {"fileBytes", file_bytes},
            {"name", info.name},
            {"version", info.version},
            {"sha256", info.sha256},
            {"inputVersion", info.input_version},
            {"metaEncoderVersion", info.meta_encoder_version},
            {"numBlocks", info.num_blocks},
            {"trunkChannels", info.trunk_channels},
            {"policyChannels", info.policy_channels},
            {"multipliers",
             {{"tdScore", m.td_score},
              {"scoreMean", m.score_mean},
              {"scoreStdev", m.score_stdev},
              {"lead", m.lead},
              {"varianceTime", m.variance_time},
              {"shorttermValueError", m.shortterm_value_error},
              {"shorttermScoreError", m.shortterm_score_error}}},
            {"parameters", stats.total.parameters},
            {"weightBytes", stats.total.bytes},
            {"multiplyAdds19x19", stats.total.multiply_adds},
            {"layers", layers},
            {"notes", notes}};
}

std::string megabytes(double bytes) {
    return fixed_number(bytes / 1e6, 2) + " MB";
}

// "conv2d 74, batch_norm 80...": how many layers of each kind.
std::string layer_counts(const Graph& graph) {
    std::map<std::string, int> counts;
    for (const Node& node : graph.nodes()) ++counts[std::string(std::visit(LayerName(), node.layer))];
    std::string text;
    for (const auto& [name, count] : counts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + name;
    return text;
}

// "int8 26.6 MB in 80 layers, fp16 ..."
std::string type_shares(const Graph& graph, const GraphStats& stats) {
    struct Share {
        int layers = 0;
        int64_t bytes = 0;
    };
    std::map<std::string, Share> shares;
    for (size_t i = 0; i < stats.layers.size(); ++i) {
        const std::string type = stored_type(graph.nodes()[i], stats.layers[i]);
        if (type.empty()) continue;
        ++shares[type].layers;
        shares[type].bytes += stats.layers[i].bytes;
    }
    std::string text;
    for (const auto& [type, share] : shares)
        text += (text.empty() ? "" : ", ") + type + " " + megabytes(static_cast<double>(share.bytes)) + " in " +
                std::to_string(share.layers) + " layers";
    return text;
}

void print_notes(const Model& model, std::ostream& out) {
    for (const auto& [name, text] : model.notes) {
        const json note = parse_json_or_discard(text);
        if (note.is_discarded()) continue;
        out << name << ":\n";
        for (const auto& [key, value] : note.items()) {
            // Lists of games and layers are for -json.
            if (value.is_array())
                out << "  " << key << ": " << value.size() << " entries\n";
            else
                out << "  " << key << ": " << (value.is_string() ? value.get<std::string>() : json_text(value)) << "\n";
        }
    }
}

void print(const Model& model, const GraphStats& stats, const std::string& file, uint64_t file_bytes,
           std::ostream& out) {
    const ModelInfo& info = model.info;
    out << "File: " << file << ", " << megabytes(static_cast<double>(file_bytes)) << "\nSHA-256"
        << (model.notes.empty() ? "" : " of the header") << ": " << info.sha256 << "\nName: " << info.name
        << "\nVersion: " << info.version << ", inputs of version " << info.input_version
        << (info.meta_encoder_version > 0 ? ", takes a profile of the players" : "")
        << "\nArchitecture: " << info.num_blocks << " blocks, " << info.trunk_channels << " channels; "
        << layer_counts(*model.graph) << "\nParameters: " << stats.total.parameters
        << "\nWeights: " << megabytes(static_cast<double>(stats.total.bytes)) << ": "
        << type_shares(*model.graph, stats)
        << "\nMultiply-adds on 19x19: " << fixed_number(static_cast<double>(stats.total.multiply_adds) / 1e9, 3)
        << " G\n";
    print_notes(model, out);
    TextTable table({"parameters", "bytes", "multiply-adds", "dtype", "layer", "shape", "output", "name"}, 3);
    for (size_t i = 0; i < stats.layers.size(); ++i) {
        const Node& node = model.graph->nodes()[i];
        const LayerStats& layer = stats.layers[i];
        table.add({std::to_string(layer.parameters), std::to_string(layer.bytes), std::to_string(layer.multiply_adds),
                   stored_type(node, layer), std::string(std::visit(LayerName(), node.layer)),
                   std::visit(ShapeText(), node.layer), type_text(node.type), node.name});
    }
    out << "\n" << table.text() << std::flush;
}

}  // namespace

int run_info(std::span<const std::string> arguments, const Streams& streams) {
    const Options options = Options::parse(command_line(), arguments);
    if (answer_help(command_line(), options, streams.out)) return 0;
    if (options.has("devices")) {
        if (options.has("model")) throw UsageError("Cannot specify both -devices and -model at the same time");
        if (options.has("json"))
            streams.out << json_text(devices_json(backends())) << std::endl;
        else
            streams.out << devices_text(backends()) << std::flush;
        return 0;
    }
    const std::string file = options.has("model") ? *options.value("model") : find_default_model().string();
    const Model model = load_model(file, {.verify = !options.has("no-verify")});
    const GraphStats stats = graph_stats(*model.graph, kBoardArea);
    const uint64_t file_bytes = model_file_bytes(file);
    if (options.has("json"))
        streams.out << json_text(to_json(model, stats, file, file_bytes)) << std::endl;
    else
        print(model, stats, file, file_bytes, streams.out);
    return 0;
}

}  // namespace katago
