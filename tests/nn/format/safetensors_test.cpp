// SPDX-License-Identifier: MIT
#include "nn/format/safetensors.h"

#include <doctest/doctest.h>

#include "core/error.h"

using namespace katago;

namespace {

std::string file_of(const std::string& header, size_t data_bytes) {
    std::string bytes(8, '\0');
    for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i) & 0xff);
    return bytes + header + std::string(data_bytes, 'x');
}

void read(const std::string& bytes) {
    read_safetensors(std::as_bytes(std::span(bytes)));
}

struct Case {
    const char* header;
    size_t data_bytes;
    const char* complaint;
};

}  // namespace

TEST_CASE("safetensors: tensors and texts are read") {
    const std::string bytes = file_of(
        R"({"__metadata__":{"k":"v"},"a":{"dtype":"I8","shape":[2,3],"data_offsets":[0,6]},)"
        R"("empty":{"dtype":"F32","shape":[0],"data_offsets":[6,6]},"b":{"dtype":"F16","shape":[1],"data_offsets":[6,8]}} )",
        8);
    const Safetensors content = read_safetensors(std::as_bytes(std::span(bytes)));
    CHECK(content.metadata.at("k") == "v");
    CHECK(content.tensors.size() == 3);
    CHECK(content.tensors.at("a").shape == std::vector<uint64_t>{2, 3});
    CHECK(content.tensors.at("b").data.size() == 2);
    CHECK(looks_like_safetensors(std::as_bytes(std::span(bytes))));
}

TEST_CASE("safetensors: a damaged header is not repeated in the message") {
    const std::string bytes = file_of(R"({"__metadata__":{"k":")" + std::string(5000, 'x') + "\x01\"}}", 0);
    try {
        read_safetensors(std::as_bytes(std::span(bytes)));
        FAIL("was read");
    } catch (const ModelError& error) {
        const std::string text = error.what();
        CHECK(text.find("no JSON: parse error at line 1, column 50") != std::string::npos);
        CHECK(text.size() < 250);
    }
}

TEST_CASE("safetensors: whatever is damaged is named") {
    const Case cases[] = {
        {R"([])", 0, "no JSON object"},
        {R"({)", 0, "no JSON"},
        {R"({"a":1})", 0, "a: is described by no object"},
        {R"({"__metadata__":{"k":1}})", 0, "metadata k is no text"},
        {R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1, "no dtype"},
        {R"({"a":{"dtype":"Q7","shape":[1],"data_offsets":[0,1]}})", 1, "unknown type Q7"},
        {R"({"a":{"dtype":"I8","shape":[-1],"data_offsets":[0,1]}})", 1, "must hold numbers from 0"},
        {R"({"a":{"dtype":"I8","shape":[[[1]]],"data_offsets":[0,1]}})", 1, "must hold numbers from 0"},
        {R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,1]}})", 1, "its shape asks for 2"},
        {R"({"a":{"dtype":"I8","shape":[4294967296,4294967296],"data_offsets":[0,1]}})", 1, "more than any file"},
        {R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})", 1, "do not lie within"},
        {R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[1,0]}})", 1, "do not lie within"},
        {R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 2, "its tensors take 1"},
        {R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})", 2, "begins at byte 1"},
        {R"({"a":{"dtype":"I8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})",
         2, "begins at byte 1"},
    };
    for (const Case& test : cases) {
        CAPTURE(test.header);
        CHECK_THROWS_WITH_AS(read(file_of(test.header, test.data_bytes)), doctest::Contains(test.complaint),
                             ModelError);
    }
    CHECK_THROWS_WITH_AS(read("short"), doctest::Contains("too few"), ModelError);
    CHECK_THROWS_WITH_AS(read(std::string(8, '\xff') + "{}"), doctest::Contains("at most"), ModelError);
    CHECK_THROWS_WITH_AS(read(std::string("\x10\0\0\0\0\0\0\0{}", 10)), doctest::Contains("complete"), ModelError);
}

TEST_CASE("safetensors: a header of brackets does not exhaust the stack") {
    CHECK_THROWS_AS(read(file_of(std::string(1 << 20, '['), 0)), ModelError);
    CHECK_THROWS_AS(read(file_of(R"({"a":{"dtype":"I8","data_offsets":[0,0],"shape":)" + std::string(1 << 20, '[') +
                                     std::string(1 << 20, ']') + "}}",
                                 0)),
                    ModelError);
}
