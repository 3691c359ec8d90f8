// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/json_text.h"
#include "nn/format/graph_json.h"
#include "nn/format/json_fields.h"
#include "nn/format/model_version.h"

namespace katago {

namespace {

using nlohmann::json;

constexpr const char* kWhere = "model";

struct MultiplierField {
    const char* key;
    double OutputMultipliers::*member;
};
constexpr MultiplierField kMultipliers[] = {{"td_score", &OutputMultipliers::td_score},
                                            {"score_mean", &OutputMultipliers::score_mean},
                                            {"score_stdev", &OutputMultipliers::score_stdev},
                                            {"lead", &OutputMultipliers::lead},
                                            {"variance_time", &OutputMultipliers::variance_time},
                                            {"shortterm_value_error", &OutputMultipliers::shortterm_value_error},
                                            {"shortterm_score_error", &OutputMultipliers::shortterm_score_error}};

void want(const char* what, int found, int wanted) {
    if (found != wanted)
        throw ModelError(std::string(kWhere) + ": has " + std::to_string(found) + " " + what + ", its version has " +
                         std::to_string(wanted));
}

void check_against(const ModelInfo& info, const Graph& graph) {
    const InputVersion& inputs = input_version_of(info.version);
    const auto channels = [&](NodeId id) { return graph.node(id).type.channels; };
    want("spatial inputs", graph.spatial_channels(), inputs.spatial_channels);
    want("global inputs", graph.global_channels(), inputs.global_channels);
    want("inputs of players", graph.meta_channels(), info.meta_encoder_version > 0 ? kMetaChannels : 0);
    want("scores", channels(graph.outputs().score), score_channels_of(info.version));
    const int policies = channels(graph.outputs().policy);
    const int least = info.version < 12 ? 1 : 2;
    if (policies != least && !(info.version >= 16 && policies == 4)) want("policies", policies, least);
}

}  // namespace

json parse_json_object(const char* what, const std::string& text) {
    json root;
    try {
        root = parse_json(text);
    } catch (const json::exception& error) {
        throw ModelError(std::string(what) + ": no JSON: " + reason_of(error));
    }
    if (!root.is_object()) throw ModelError(std::string(what) + ": is no JSON object");
    return root;
}

std::string reason_of(const json::exception& error) {
    const std::string text = error.what();
    const size_t tag = text.starts_with('[') ? text.find("] ") : std::string::npos;
    const size_t begin = tag == std::string::npos ? 0 : tag + 2;
    return text.substr(begin, text.find("; last read", begin) - begin);
}

std::string model_info_to_json(const ModelInfo& info) {
    json multipliers = json::object();
    for (const MultiplierField& field : kMultipliers) multipliers[field.key] = info.multipliers.*field.member;
    return json_text(json{{"name", info.name},
                          {"version", info.version},
                          {"multipliers", multipliers},
                          {"meta_encoder_version", info.meta_encoder_version},
                          {"pass_alive_under_suicide", info.pass_alive_under_suicide},
                          {"num_blocks", info.num_blocks},
                          {"trunk_channels", info.trunk_channels}});
}

ModelInfo model_info_from_json(const std::string& text, const Graph& graph) {
    const json root = parse_json_object(kWhere, text);
    ModelInfo info;
    read_field(root, kWhere, "name", info.name);
    read_field(root, kWhere, "version", info.version);
    if (info.version < kOldestVersion || info.version > kNewestVersion)
        throw ModelError("model: version " + std::to_string(info.version) + ", 3 to 17 are supported");
    info.input_version = input_version_of(info.version).input_version;
    const auto multipliers = root.find("multipliers");
    if (multipliers == root.end()) throw ModelError("model: has no multipliers");
    for (const MultiplierField& field : kMultipliers) {
        double& value = info.multipliers.*field.member;
        read_field(*multipliers, kWhere, field.key, value);
        if (!(value > 0)) throw ModelError(std::string("model: the multiplier ") + field.key + " must be positive");
    }
    read_field(root, kWhere, "meta_encoder_version", info.meta_encoder_version);
    if (info.meta_encoder_version > 1)
        throw ModelError("model: metadata encoder " + std::to_string(info.meta_encoder_version) + ", 0 or 1 is known");
    read_field(root, kWhere, "pass_alive_under_suicide", info.pass_alive_under_suicide);
    read_field(root, kWhere, "num_blocks", info.num_blocks);
    read_field(root, kWhere, "trunk_channels", info.trunk_channels);
    check_against(info, graph);
    info.policy_channels = graph.node(graph.outputs().policy).type.channels;
    return info;
}

}  // namespace katago
