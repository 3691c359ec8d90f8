// SPDX-License-Identifier: MIT
#include "core/file.h"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include "core/ensure.h"
#include "core/error.h"
#include "core/replace_file.h"

namespace katago {
namespace {

constexpr size_t kBufferBytes = 1 << 17;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

std::string reason(int code) {
    return std::generic_category().message(code);
}

// KataGo's words, which clients and transcripts know; the reason is added where it is not what they guess.
FileHandle open_for_reading(const std::filesystem::path& file) {
    FileHandle handle(std::fopen(file.c_str(), "rb"));
    if (handle) return handle;
    const int code = errno;
    std::string message = "Could not open file " + file.string() + " - does not exist or invalid permissions?";
    if (code != ENOENT && code != EACCES) message += " (" + reason(code) + ")";
    throw IoError(message);
}

size_t read_some(std::FILE* file, char* out, size_t size, const std::string& name) {
    errno = 0;
    const size_t count = std::fread(out, 1, size, file);
    if (count < size && std::ferror(file)) throw IoError(name + ": cannot read: " + reason(errno));
    return count;
}

// The two bytes that gzip streams and zlib streams without a dictionary (RFC 1950, 1952) begin with. No text does.
bool begins_compressed(std::string_view stored) {
    constexpr int kDeflate = 8, kMostWindow = 7, kDictionary = 0x20;
    if (stored.size() < 2) return false;
    const int first = static_cast<unsigned char>(stored[0]), second = static_cast<unsigned char>(stored[1]);
    if (first == 0x1f && second == 0x8b) return true;
    const bool is_zlib = (first & 15) == kDeflate && first >> 4 == kMostWindow && (second & kDictionary) == 0;
    return is_zlib && (first << 8 | second) % 31 == 0;
}

}  // namespace

// Stored bytes: from a file, or, where there is none, from memory.
struct ByteSource::Input {
    FileHandle file;
    std::string memory;
    size_t memory_at = 0;
};

struct ByteSource::Inflater {
    z_stream stream{};
    std::vector<char> stored = std::vector<char>(kBufferBytes);
    bool finished = false;

    explicit Inflater(const std::string& name) {
        // Window of 32 KiB, and +32: take a zlib or a gzip header, whichever comes.
        if (inflateInit2(&stream, 15 + 32) != Z_OK) throw IoError(name + ": zlib cannot start");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
};

ByteSource::ByteSource(std::string name, std::unique_ptr<Input> input)
    : name_(std::move(name)), input_(std::move(input)), buffer_(kBufferBytes) {}

ByteSource::~ByteSource() = default;

std::unique_ptr<ByteSource> ByteSource::open(const std::filesystem::path& file) {
    auto input = std::make_unique<Input>();
    input->file = open_for_reading(file);
    return std::unique_ptr<ByteSource>(new ByteSource(file.string(), std::move(input)));
}

std::unique_ptr<ByteSource> ByteSource::from_memory(std::string bytes, std::string name) {
    auto input = std::make_unique<Input>();
    input->memory = std::move(bytes);
    return std::unique_ptr<ByteSource>(new ByteSource(std::move(name), std::move(input)));
}

size_t ByteSource::read_stored(char* out, size_t size) {
    size_t count;
    if (input_->file) {
        count = read_some(input_->file.get(), out, size, name_);
    } else {
        count = input_->memory.copy(out, size, input_->memory_at);
        input_->memory_at += count;
    }
    if (digest_) digest_->update(out, count);
    return count;
}

size_t ByteSource::inflate_some() {
    z_stream& stream = inflater_->stream;
    if (inflater_->finished) return 0;
    stream.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream.avail_out = static_cast<uInt>(buffer_.size());
    while (stream.avail_out > 0) {
        if (stream.avail_in == 0) {
            stream.next_in = reinterpret_cast<Bytef*>(inflater_->stored.data());
            stream.avail_in = static_cast<uInt>(read_stored(inflater_->stored.data(), inflater_->stored.size()));
            if (stream.avail_in == 0)
                throw IoError(name_ + ": the compressed data ends too early; was the download cut off? Fetch it again");
        }
        const int result = inflate(&stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            inflater_->finished = true;
            char extra;
            if (stream.avail_in > 0 || read_stored(&extra, 1) > 0) {
                throw IoError(name_ + ": there are more bytes after the end of the compressed data");
            }
            break;
        }
        if (result == Z_NEED_DICT) throw IoError(name_ + ": the compressed data asks for a dictionary");
        if (result != Z_OK) {
            throw IoError(name_ + ": the compressed data is corrupt: " + (stream.msg ? stream.msg : zError(result)) +
                          "; fetch the file again");
        }
    }
    return buffer_.size() - stream.avail_out;
}

// The first buffer of stored bytes, which tells whether they are compressed.
size_t ByteSource::read_first() {
    begun_ = true;
    const size_t count = read_stored(buffer_.data(), buffer_.size());
    if (!begins_compressed({buffer_.data(), count})) return count;
    inflater_ = std::make_unique<Inflater>(name_);
    inflater_->stored.swap(buffer_);
    inflater_->stream.next_in = reinterpret_cast<Bytef*>(inflater_->stored.data());
    inflater_->stream.avail_in = static_cast<uInt>(count);
    return inflate_some();
}

bool ByteSource::fill() {
    ENSURE(at_ == end_);
    before_buffer_ += end_;
    at_ = end_ = 0;
    if (!begun_)
        end_ = read_first();
    else
        end_ = inflater_ ? inflate_some() : read_stored(buffer_.data(), buffer_.size());
    return end_ > 0;
}

std::string_view ByteSource::lookahead() {
    if (at_ == end_) fill();
    return {buffer_.data() + at_, end_ - at_};
}

size_t ByteSource::read(void* out, size_t size) {
    size_t done = 0;
    while (done < size && (at_ < end_ || fill())) {
        const size_t count = std::min(size - done, end_ - at_);
        std::memcpy(static_cast<char*>(out) + done, buffer_.data() + at_, count);
        at_ += count;
        done += count;
    }
    return done;
}

void ByteSource::read_exact(void* out, size_t size) {
    const uint64_t start = position();
    const size_t done = read(out, size);
    if (done < size) {
        throw IoError(name_ + ": ends at byte " + std::to_string(start + done) + ", " + std::to_string(size - done) +
                      " bytes too early");
    }
}

uint64_t ByteSource::drain() {
    const uint64_t start = position();
    do {
        at_ = end_;
    } while (fill());
    return position() - start;
}

void ByteSource::record_sha256() {
    ENSURE(position() == 0 && end_ == 0);
    digest_ = std::make_unique<Sha256>();
}

std::string ByteSource::stored_sha256() {
    ENSURE(digest_ != nullptr);
    drain();
    return to_hex(digest_->finish());
}

std::string read_file(const std::filesystem::path& file, uint64_t max_bytes) {
    const FileHandle handle = open_for_reading(file);
    std::string content;
    std::vector<char> buffer(kBufferBytes);
    for (;;) {
        const size_t count = read_some(handle.get(), buffer.data(), buffer.size(), file.string());
        if (count == 0) return content;
        content.append(buffer.data(), count);
        if (content.size() > max_bytes) {
            throw IoError(file.string() + ": longer than the " + std::to_string(max_bytes) + " bytes allowed here");
        }
    }
}

void write_file(const std::filesystem::path& file, std::string_view content) {
    FileReplacement replacement(file);
    replacement.write(content.data(), content.size());
    replacement.commit();
}

}  // namespace katago
