// SPDX-License-Identifier: MIT
#include "nn/format/network_file.h"

#include "core/digest.h"
#include "core/error.h"
#include "nn/format/graph_json.h"
#include "nn/format/safetensors.h"

namespace katago {

namespace {

constexpr const char* kFormat = "katago.format";
constexpr const char* kFormatVersion = "1";
constexpr const char* kGraph = "katago.graph";
constexpr const char* kModel = "katago.model";
constexpr const char* kHeaderSum = "katago.header_sha256";
constexpr const char* kDataSum = "katago.data_sha256";
constexpr std::string_view kNote = "katago.note.";

// Of everything in the metadata but the sum itself.
std::string digest_of_metadata(const std::map<std::string, std::string>& metadata) {
    Sha256 digest;
    for (const auto& [key, value] : metadata) {
        if (key == kHeaderSum) continue;
        for (const std::string* text : {&key, &value}) {
            const std::string length = std::to_string(text->size()) + ":";
            digest.update(length.data(), length.size());
            digest.update(text->data(), text->size());
        }
    }
    return to_hex(digest.finish());
}

const std::string& metadata_of(const Safetensors& content, const char* key) {
    const auto found = content.metadata.find(key);
    if (found == content.metadata.end())
        throw ModelError(std::string("its metadata have no ") + key + "; is this a network of this engine?");
    return found->second;
}

void check_sum(const char* what, const std::string& found, const std::string& wanted) {
    if (found != wanted)
        throw ModelError(std::string("is damaged: the SHA-256 of its ") + what + " is " + found + ", must be " +
                         wanted);
}

Model parse(const NetworkBytes& file, bool verify) {
    const Safetensors content = read_safetensors(file.bytes);
    const std::string& format = metadata_of(content, kFormat);
    if (format != kFormatVersion) throw ModelError("has format " + format + ", this engine reads " + kFormatVersion);
    const std::string& header_sum = metadata_of(content, kHeaderSum);
    if (verify) {
        check_sum("header", digest_of_metadata(content.metadata), header_sum);
        check_sum("weights", digest_of_tensors(content.tensors), metadata_of(content, kDataSum));
    }
    Model model;
    model.graph =
        std::make_shared<const Graph>(graph_from_json(metadata_of(content, kGraph), content.tensors, file.owner));
    model.info = model_info_from_json(metadata_of(content, kModel), *model.graph);
    model.info.sha256 = header_sum;  // it holds that of the weights
    for (const auto& [key, value] : content.metadata)
        if (key.starts_with(kNote)) model.notes[key.substr(kNote.size())] = value;
    return model;
}

}  // namespace

void write_network(const std::filesystem::path& file, const Model& model) {
    TensorStore store;
    Safetensors content;
    content.metadata[kFormat] = kFormatVersion;
    content.metadata[kGraph] = graph_to_json(*model.graph, store);
    content.metadata[kModel] = model_info_to_json(model.info);
    for (const auto& [name, text] : model.notes) content.metadata[std::string(kNote) + name] = text;
    content.tensors = std::move(store.tensors);
    content.metadata[kDataSum] = digest_of_tensors(content.tensors);
    content.metadata[kHeaderSum] = digest_of_metadata(content.metadata);
    write_safetensors(file, content);
}

Model read_network(const NetworkBytes& file, bool verify) {
    try {
        return parse(file, verify);
    } catch (const ModelError& error) {
        throw ModelError(file.name + ": " + error.what());
    }
}

}  // namespace katago
