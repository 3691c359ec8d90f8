// SPDX-License-Identifier: MIT
#include "core/file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "core/deflated.h"
#include "core/error.h"

using namespace katago;

namespace {

std::string varied_text(size_t size) {
    std::string text(size, '\0');
    for (size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * i / 7 + i / 251) & 0xFF);
    return text;
}

std::string everything(ByteSource& source) {
    std::string out;
    for (int byte = source.get(); byte != ByteSource::kEnd; byte = source.get()) out += static_cast<char>(byte);
    return out;
}

}  // namespace

TEST_CASE("file: a gzip and a zlib stream inflate to the same bytes, whatever their length") {
    for (size_t size : {size_t{0}, size_t{1}, size_t{131072}, size_t{131073}, size_t{400000}}) {
        const std::string text = varied_text(size);
        for (int window_bits : {15, 31}) {
            auto source = ByteSource::from_memory(deflated(text, window_bits), "test");
            CHECK(everything(*source) == text);
            CHECK(source->position() == size);
            CHECK(source->get() == ByteSource::kEnd);
        }
    }
}

TEST_CASE("file: extra bytes, a second member, a cut or a changed byte make a compressed stream an error") {
    const std::string good = deflated(varied_text(5000), 31);
    std::string changed = good;
    changed[good.size() - 6] ^= 1;  // in the checksum
    for (const std::string& bad :
         {good + "x", good + good, good.substr(0, good.size() - 1), good.substr(0, 10), changed}) {
        auto source = ByteSource::from_memory(bad, "bad.gz");
        CHECK_THROWS_AS(source->drain(), IoError);
    }
}

TEST_CASE("file: what does not begin as a compressed stream is read as it is, and can be looked at before") {
    for (const std::string& plain : {std::string("not gzip"), std::string(), std::string("x\n14"), std::string("\x1f"),
                                     std::string("x 14"), varied_text(300000)}) {
        auto source = ByteSource::from_memory(plain, "plain.gz");
        CHECK(source->lookahead() == plain.substr(0, 131072));
        CHECK_FALSE(source->compressed());
        CHECK(everything(*source) == plain);
    }
    auto source = ByteSource::from_memory(deflated("hello", 31), "plain");
    CHECK(source->lookahead() == "hello");
    CHECK(source->compressed());
    CHECK(source->position() == 0);
}

TEST_CASE("file: an early end names the source and the byte") {
    auto source = ByteSource::from_memory("0123456789", "net.bin");
    char buffer[8];
    source->read_exact(buffer, 8);
    CHECK(source->peek() == '8');
    CHECK_THROWS_WITH_AS(source->read_exact(buffer, 8), "net.bin: ends at byte 10, 6 bytes too early", IoError);
}

TEST_CASE("file: writing, reading back, and the digest of the stored bytes") {
    const auto path = std::filesystem::temp_directory_path() / ("katago-file-test-" + std::to_string(getpid()));
    const std::string stored = deflated("hello", 31);
    write_file(path, stored);
    CHECK(read_file(path) == stored);
    CHECK_THROWS_AS(read_file(path, stored.size() - 1), IoError);
    auto source = ByteSource::open(path);
    source->record_sha256();
    CHECK(source->get() == 'h');
    CHECK(source->stored_sha256() == to_hex(sha256(stored)));
    std::filesystem::remove(path);
}

TEST_CASE("file: a missing file and a folder are reported with path and reason") {
    CHECK_THROWS_WITH_AS(read_file("/nonexistent/file"),
                         "Could not open file /nonexistent/file - does not exist or invalid permissions?", IoError);
    CHECK_THROWS_AS(read_file("/"), IoError);
}
