// SPDX-License-Identifier: MIT
#include "nn/format/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/digest.h"
#include "core/error.h"
#include "core/json_text.h"
#include "core/replace_file.h"
#include "nn/format/json_fields.h"

namespace katago {

namespace {

using nlohmann::json;

constexpr size_t kLengthBytes = 8;
// A network of a thousand layers needs a few hundred kilobytes.
constexpr uint64_t kMaxHeaderBytes = uint64_t{16} << 20;
constexpr const char* kMetadata = "__metadata__";

struct DTypeSize {
    std::string_view name;
    uint64_t bytes;
};
constexpr DTypeSize kDTypes[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
                                 {"I16", 2},  {"U16", 2}, {"F16", 2}, {"BF16", 2},    {"I32", 4},
                                 {"U32", 4},  {"F32", 4}, {"I64", 8}, {"U64", 8},     {"F64", 8}};

[[noreturn]] void fail(const std::string& what) {
    throw ModelError(what);
}

uint64_t header_length(std::span<const std::byte> bytes) {
    uint64_t length = 0;
    for (size_t i = kLengthBytes; i-- > 0;) length = length << 8 | std::to_integer<uint64_t>(bytes[i]);
    return length;
}

uint64_t bytes_per_value(const std::string& tensor, const std::string& dtype) {
    for (const DTypeSize& row : kDTypes)
        if (row.name == dtype) return row.bytes;
    fail("tensor " + tensor + ": unknown type " + dtype);
}

// nullopt: beyond 64 bits.
std::optional<uint64_t> product(std::span<const uint64_t> factors, uint64_t start) {
    uint64_t result = start;
    for (const uint64_t factor : factors)
        if (__builtin_mul_overflow(result, factor, &result)) return std::nullopt;
    return result;
}

std::vector<uint64_t> read_numbers(const std::string& tensor, const json& entry, const char* key) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array()) fail("tensor " + tensor + ": has no list " + key);
    std::vector<uint64_t> numbers;
    for (const json& number : *found) {
        if (!number.is_number_unsigned())
            fail("tensor " + tensor + ": " + key + " holds a " + number.type_name() + ", must hold numbers from 0");
        numbers.push_back(number.get<uint64_t>());
    }
    return numbers;
}

// Where the tensor stands in the data, and what it is.
struct Place {
    uint64_t begin = 0, end = 0;
    std::string name;
    SafeTensor tensor;
};

Place read_place(const std::string& name, const json& entry, std::span<const std::byte> data) {
    if (!entry.is_object()) fail("tensor " + name + ": is described by no object");
    Place place{.name = name, .tensor = {}};
    const auto dtype = entry.find("dtype");
    if (dtype == entry.end() || !dtype->is_string()) fail("tensor " + name + ": has no dtype");
    place.tensor.dtype = dtype->get<std::string>();
    place.tensor.shape = read_numbers(name, entry, "shape");
    const std::vector<uint64_t> offsets = read_numbers(name, entry, "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size())
        fail("tensor " + name + ": its data_offsets do not lie within the " + std::to_string(data.size()) +
             " bytes of data; is the file complete?");
    place.begin = offsets[0], place.end = offsets[1];
    const std::optional<uint64_t> wanted = product(place.tensor.shape, bytes_per_value(name, place.tensor.dtype));
    if (wanted != place.end - place.begin)
        fail("tensor " + name + ": has " + std::to_string(place.end - place.begin) + " bytes, its shape asks for " +
             (wanted ? std::to_string(*wanted) : "more than any file has"));
    place.tensor.data = data.subspan(place.begin, place.end - place.begin);
    return place;
}

std::map<std::string, std::string> read_metadata(const json& entry) {
    if (!entry.is_object()) fail("its __metadata__ is no object");
    std::map<std::string, std::string> metadata;
    for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) fail("its metadata " + key + " is no text");
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

void check_no_gaps(std::vector<Place>& places, uint64_t data_size) {
    std::sort(places.begin(), places.end(),
              [](const Place& a, const Place& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
    uint64_t end = 0;
    for (const Place& place : places) {
        if (place.begin != end)
            fail("tensor " + place.name + ": begins at byte " + std::to_string(place.begin) +
                 " of the data, the one before it ends at " + std::to_string(end));
        end = place.end;
    }
    if (end != data_size)
        fail("has " + std::to_string(data_size) + " bytes of data, its tensors take " + std::to_string(end));
}

json parse_header(std::string_view text) {
    try {
        return parse_json(text);
    } catch (const json::exception& error) {
        fail("its header is no JSON: " + reason_of(error));
    }
}

// Descriptions and bytes as they will stand in the file.
struct Layout {
    json header = json::object();
    std::vector<std::span<const std::byte>> data;
    uint64_t size = 0;
    int paddings = 0;

    void add(const std::string& name, const SafeTensor& tensor) {
        header[name] = {
            {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {size, size + tensor.data.size()}}};
        data.push_back(tensor.data);
        size += tensor.data.size();
    }
    void pad() {
        static constexpr std::array<std::byte, kTensorAlignment> kZeros{};
        const size_t over = size % kTensorAlignment;
        if (over == 0) return;
        const size_t count = kTensorAlignment - over;
        add(std::string(kPaddingName) + std::to_string(paddings++),
            {"U8", {count}, std::span<const std::byte>(kZeros).first(count)});
    }
};

}  // namespace

bool looks_like_safetensors(std::span<const std::byte> bytes) {
    return bytes.size() > kLengthBytes && header_length(bytes) <= kMaxHeaderBytes &&
           bytes[kLengthBytes] == std::byte{'{'};
}

Safetensors read_safetensors(std::span<const std::byte> bytes) {
    if (bytes.size() < kLengthBytes) fail("has " + std::to_string(bytes.size()) + " bytes, too few for a header");
    const uint64_t length = header_length(bytes);
    if (length > kMaxHeaderBytes)
        fail("gives its header " + std::to_string(length) + " bytes, at most " + std::to_string(kMaxHeaderBytes) +
             " are allowed");
    if (length > bytes.size() - kLengthBytes)
        fail("ends within its header of " + std::to_string(length) + " bytes; is the file complete?");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes, length);
    const std::span<const std::byte> data = bytes.subspan(kLengthBytes + length);
    const json header = parse_header(text);
    if (!header.is_object()) fail("its header is no JSON object");
    Safetensors content;
    std::vector<Place> places;
    for (const auto& [name, entry] : header.items()) {
        if (name == kMetadata)
            content.metadata = read_metadata(entry);
        else
            places.push_back(read_place(name, entry, data));
    }
    check_no_gaps(places, data.size());
    for (Place& place : places)
        if (!place.name.starts_with(kPaddingName)) content.tensors[place.name] = std::move(place.tensor);
    return content;
}

void write_safetensors(const std::filesystem::path& file, const Safetensors& content) {
    Layout layout;
    if (!content.metadata.empty()) layout.header[kMetadata] = content.metadata;
    for (const auto& [name, tensor] : content.tensors) {
        layout.pad();
        layout.add(name, tensor);
    }
    std::string text = json_text(layout.header);
    // Blanks are allowed after the header: the data begin at a multiple of the alignment, too.
    while ((kLengthBytes + text.size()) % kTensorAlignment != 0) text += ' ';
    std::array<std::byte, kLengthBytes> length{};
    for (size_t i = 0; i < kLengthBytes; ++i) length[i] = static_cast<std::byte>(uint64_t{text.size()} >> (8 * i));
    FileReplacement out(file);
    out.write(length.data(), length.size());
    out.write(text.data(), text.size());
    for (const auto& bytes : layout.data) out.write(bytes.data(), bytes.size());
    out.commit();
}

std::string digest_of_tensors(const std::map<std::string, SafeTensor>& tensors) {
    Sha256 digest;
    for (const auto& [name, tensor] : tensors) {
        const std::string description = json_text(json{name, tensor.dtype, tensor.shape});
        digest.update(description.data(), description.size());
        digest.update(tensor.data.data(), tensor.data.size());
    }
    return to_hex(digest.finish());
}

}  // namespace katago
