// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"

namespace katago {

// Bytes pulled one after another from a file or from memory, decompressed on the way where they begin as a gzip or zlib
// stream does, whatever the name says; holds one buffer, whatever the length. One thread at a time. Everything that
// reads throws IoError, naming the source and the reason.
class ByteSource {
  public:
    static constexpr int kEnd = -1;

    ~ByteSource();
    ByteSource(const ByteSource&) = delete;
    ByteSource& operator=(const ByteSource&) = delete;

    static std::unique_ptr<ByteSource> open(const std::filesystem::path& file);
    // `bytes` are the stored ones, compressed or not. `name` is what errors call them.
    static std::unique_ptr<ByteSource> from_memory(std::string bytes, std::string name);

    // The next byte, 0 to 255, or kEnd. peek() leaves it there.
    int get() { return at_ < end_ || fill() ? static_cast<unsigned char>(buffer_[at_++]) : kEnd; }
    int peek() { return at_ < end_ || fill() ? static_cast<unsigned char>(buffer_[at_]) : kEnd; }

    // The bytes that come next, as far as they are in the buffer: the first 128 KiB at the start, none at the end only.
    // Valid until the next read.
    std::string_view lookahead();
    // Whether the stored bytes are compressed; known once anything was read.
    bool compressed() const { return inflater_ != nullptr; }

    // Reads up to `size` bytes; fewer only at the end.
    size_t read(void* out, size_t size);
    // Throws IoError if fewer than `size` bytes are left.
    void read_exact(void* out, size_t size);
    // Reads to the end and drops it, which checks the whole stream. Returns how many bytes there were.
    uint64_t drain();

    // Number of (decompressed) bytes taken so far.
    uint64_t position() const { return before_buffer_ + at_; }
    const std::string& name() const { return name_; }

    // From now on adds the stored bytes to a digest; call before the first read. It costs about 4 ms a megabyte.
    void record_sha256();
    // Digest of the stored bytes, in lower-case hex. Needs record_sha256(); drains.
    std::string stored_sha256();

  private:
    struct Input;
    struct Inflater;

    ByteSource(std::string name, std::unique_ptr<Input> input);
    bool fill();
    size_t read_first();
    size_t read_stored(char* out, size_t size);
    size_t inflate_some();

    std::string name_;
    std::unique_ptr<Input> input_;
    std::unique_ptr<Inflater> inflater_;  // null: not compressed
    std::unique_ptr<Sha256> digest_;      // null: not wanted
    std::vector<char> buffer_;
    size_t at_ = 0;
    size_t end_ = 0;
    bool begun_ = false;
    uint64_t before_buffer_ = 0;
};

// The whole of a file as stored. Throws IoError if it cannot be read or is longer than `max_bytes`.
std::string read_file(const std::filesystem::path& file, uint64_t max_bytes = uint64_t{1} << 32);

// Replaces the file's content, whole or not at all (see FileReplacement). Throws IoError.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace katago
