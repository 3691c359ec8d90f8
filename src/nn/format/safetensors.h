// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace katago {

// The safetensors format: eight bytes with the header's length (little-endian), the header (JSON: each tensor's dtype,
// shape and place, and texts by name), and the tensors' bytes without gaps.

// A tensor in somebody else's memory, in the byte order of the file (little-endian), row-major.
struct SafeTensor {
    std::string dtype;  // "F32", "F16", "I8"...
    std::vector<uint64_t> shape;
    std::span<const std::byte> data;
};

// What a file holds. The tensors refer to the bytes that it was read from.
struct Safetensors {
    std::map<std::string, std::string> metadata;
    std::map<std::string, SafeTensor> tensors;
};

// Whether the bytes begin as such files do.
bool looks_like_safetensors(std::span<const std::byte> bytes);

// Reads the header; touches no tensor. Throws ModelError("<what> <found, wanted>") where it is damaged, tensors overlap
// or leave gaps, or a tensor's bytes are not what its shape asks for. Allocates no more than a few times the header.
Safetensors read_safetensors(std::span<const std::byte> bytes);

// Every tensor begins at a multiple of this in a file of ours. The format allows no gaps, so tensors of its own kind
// fill them; their names begin with kPaddingName. read_safetensors() leaves them out.
constexpr size_t kTensorAlignment = 64;
constexpr std::string_view kPaddingName = "padding.";

// Replaces the file, whole or not at all. Throws IoError.
void write_safetensors(const std::filesystem::path& file, const Safetensors& content);

// SHA-256 in hex of all tensors' names, types, shapes and bytes, in the order of their names.
std::string digest_of_tensors(const std::map<std::string, SafeTensor>& tensors);

}  // namespace katago
