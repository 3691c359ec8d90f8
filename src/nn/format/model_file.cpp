// SPDX-License-Identifier: MIT
#include "nn/format/model_file.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/mapped_file.h"
#include "nn/format/foreign_file.h"
#include "nn/format/head_reader.h"
#include "nn/format/layer_reader.h"
#include "nn/format/model_version.h"
#include "nn/format/network_file.h"
#include "nn/format/safetensors.h"
#include "nn/format/token_reader.h"
#include "nn/format/trunk_reader.h"
#include "nn/layer_checks.h"

namespace katago {

namespace {

constexpr int kFirstVersionWithMultipliers = 13;
constexpr int kFirstVersionWithOptions = 15;
constexpr int kReservedOptions = 6;
constexpr size_t kMaxNameLength = 96;

std::string read_name(TokenReader& tokens) {
    std::string name = tokens.token("the network's name");
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    if (name.size() > kMaxNameLength)
        tokens.fail("the network's name has " + std::to_string(name.size()) + " characters, at most 96 are allowed");
    if (!std::all_of(name.begin(), name.end(), allowed))
        tokens.fail("the network's name may hold letters, digits, _ and - only; is this a network file?");
    return name;
}

int read_version(TokenReader& tokens) {
    const int version = tokens.integer("the network's version");
    const std::string found = "the network's version is " + std::to_string(version);
    if (version < 0) tokens.fail(found + "; this is no network file");
    if (version < kOldestVersion) tokens.fail(found + ", too old: 3 to 17 are supported");
    if (version > kNewestVersion) tokens.fail(found + ", 3 to 17 are supported: a newer engine is needed");
    return version;
}

InputChannels read_input_channels(TokenReader& tokens, const InputVersion& wanted) {
    const InputChannels found = {tokens.integer("the number of spatial inputs"),
                                 tokens.integer("the number of global inputs"), 0};
    if (found.spatial != wanted.spatial_channels || found.global != wanted.global_channels)
        tokens.fail("takes " + std::to_string(found.spatial) + " spatial and " + std::to_string(found.global) +
                    " global inputs, its version has " + std::to_string(wanted.spatial_channels) + " and " +
                    std::to_string(wanted.global_channels));
    return found;
}

double read_multiplier(TokenReader& tokens, const char* what) {
    const double value = tokens.real(what);
    if (!(value > 0) || !std::isfinite(value))
        tokens.fail(std::string(what) + " is " + std::to_string(value) + ", must be positive and finite");
    return value;
}

OutputMultipliers read_multipliers(TokenReader& tokens) {
    OutputMultipliers multipliers;
    multipliers.td_score = read_multiplier(tokens, "the multiplier of TD scores");
    multipliers.score_mean = read_multiplier(tokens, "the multiplier of score means");
    multipliers.score_stdev = read_multiplier(tokens, "the multiplier of score deviations");
    multipliers.lead = read_multiplier(tokens, "the multiplier of leads");
    multipliers.variance_time = read_multiplier(tokens, "the multiplier of variance times");
    multipliers.shortterm_value_error = read_multiplier(tokens, "the multiplier of short-term value errors");
    multipliers.shortterm_score_error = read_multiplier(tokens, "the multiplier of short-term score errors");
    return multipliers;
}

Model parse(TokenReader& tokens) {
    Model model;
    ModelInfo& info = model.info;
    info.name = read_name(tokens);
    info.version = read_version(tokens);
    const InputVersion& input_version = input_version_of(info.version);
    info.input_version = input_version.input_version;
    InputChannels inputs = read_input_channels(tokens, input_version);
    if (info.version >= kFirstVersionWithMultipliers) info.multipliers = read_multipliers(tokens);
    if (info.version >= kFirstVersionWithOptions) {
        info.meta_encoder_version = tokens.integer_between("the metadata encoder's version", 0, 1);
        info.pass_alive_under_suicide = tokens.zero_or_one("the pass-alive option");
        tokens.reserved(kReservedOptions);
    }
    if (info.meta_encoder_version > 0) inputs.meta = kMetaChannels;

    GraphBuilder builder;
    LayerReader layers(tokens, builder, info.version);
    const NodeId trunk = read_trunk(layers, inputs, info);
    const GraphOutputs outputs = read_heads(layers, trunk);
    model.graph = std::make_shared<const Graph>(builder.build(outputs));
    info.policy_channels = model.graph->node(outputs.policy).type.channels;
    return model;
}

// A file of our own that cannot be mapped, because it is compressed or comes through a pipe.
Model read_own_from(ByteSource& source) {
    constexpr size_t kChunk = 1 << 20;
    const auto bytes = std::make_shared<std::vector<std::byte>>();
    for (size_t count = kChunk; count == kChunk;) {
        const size_t done = bytes->size();
        bytes->resize(done + kChunk);
        count = source.read(bytes->data() + done, kChunk);
        bytes->resize(done + count);
    }
    return read_network({*bytes, bytes, source.name()}, /*verify=*/true);
}

Model read_own_mapped(const std::filesystem::path& path, bool verify) {
    std::shared_ptr<const MappedFile> file = MappedFile::open(path);
    const std::span<const std::byte> bytes = file->bytes();
    return read_network({bytes, std::move(file), path.string()}, verify);
}

// Only the binary form has the marker, and before any weights of it there are but a few words.
WeightForm form_of(std::string_view start) {
    return start.find("@BIN@") != std::string_view::npos ? WeightForm::Binary : WeightForm::Text;
}

// Reads KataGo's file by `read`; what is wrong with it is told with the file's name.
template <class Read>
auto read_named(ByteSource& source, WeightForm form, const Read& read) {
    TokenReader tokens(source, form);
    try {
        return read(tokens);
    } catch (const ModelError& error) {
        throw ModelError(source.name() + ": " + error.what());
    }
}

// KataGo's file; the source's digest is being recorded.
Model read_recorded(ByteSource& source, WeightForm form) {
    return read_named(source, form, [&](TokenReader& tokens) {
        Model model = parse(tokens);
        model.info.sha256 = source.stored_sha256();
        return model;
    });
}

// Throws ModelError where `start` shows that it is neither a file of our own nor one of KataGo's.
void refuse_foreign(const ByteSource& source, std::string_view start) {
    if (const std::optional<std::string> found = describe_foreign_file(start))
        throw ModelError(source.name() + ": is no network: " + *found);
}

bool is_own(std::string_view start) {
    return looks_like_safetensors(std::as_bytes(std::span(start)));
}

}  // namespace

Model read_model(ByteSource& source, WeightForm form) {
    source.record_sha256();
    return read_recorded(source, form);
}

Model read_model(const std::filesystem::path& path, const ModelReadOptions& options) {
    const std::unique_ptr<ByteSource> source = ByteSource::open(path);
    source->record_sha256();
    const std::string_view start = source->lookahead();
    if (is_own(start)) {
        std::error_code failure;  // what cannot be looked at is read as a stream
        const bool mappable = !source->compressed() && std::filesystem::is_regular_file(path, failure);
        return mappable ? read_own_mapped(path, options.verify) : read_own_from(*source);
    }
    refuse_foreign(*source, start);
    return read_recorded(*source, form_of(start));
}

std::optional<std::string> read_model_name(const std::filesystem::path& path) {
    std::error_code failure;  // what cannot be looked at fails when it is opened
    if (std::filesystem::exists(path, failure) && !std::filesystem::is_regular_file(path, failure)) return std::nullopt;
    const std::unique_ptr<ByteSource> source = ByteSource::open(path);
    const std::string_view start = source->lookahead();
    if (is_own(start)) {
        if (source->compressed()) return std::nullopt;
        return read_own_mapped(path, /*verify=*/false).info.name;
    }
    refuse_foreign(*source, start);
    return read_named(*source, form_of(start), [](TokenReader& tokens) {
        std::string name = read_name(tokens);
        read_version(tokens);
        return name;
    });
}

}  // namespace katago
