// SPDX-License-Identifier: MIT
#include "nn/format/token_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "core/error.h"

namespace katago {

namespace {

constexpr size_t kMaxToken = 1000;       // longer than any name; keeps a file without spaces from filling memory
constexpr int kMaxBeforeMarker = 100;    // bytes between a field and its float block
constexpr size_t kFirstChunk = 1 << 18;  // values that a block gets before any of them has arrived

bool is_space(int byte) {
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

std::string printable(std::string text) {
    for (char& c : text)
        if (c <= ' ' || c > '~') c = '?';
    return text;
}

[[maybe_unused]] void swap_bytes(float* values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        unsigned char bytes[4];
        std::memcpy(bytes, values + i, 4);
        std::reverse(bytes, bytes + 4);
        std::memcpy(values + i, bytes, 4);
    }
}

}  // namespace

void TokenReader::fail(const std::string& text) const {
    throw ModelError(place_ + ": " + text);
}

void TokenReader::fail_at_end(const std::string& where) const {
    fail("the file ends " + where + "; was the download cut off? Fetch it again");
}

std::string TokenReader::quoted_token() const {
    constexpr size_t kShown = 40;
    const std::string text = printable(token_.substr(0, kShown));
    return "'" + text + (token_.size() > kShown ? "...'" : "'");
}

void TokenReader::read_token(std::string_view what) {
    token_.clear();
    int byte = source_.get();
    while (is_space(byte)) byte = source_.get();
    for (; byte != ByteSource::kEnd; byte = source_.get()) {
        if (token_.size() == kMaxToken) fail("a word of over 1000 characters where " + std::string(what) + " belongs");
        token_ += static_cast<char>(byte);
        if (is_space(source_.peek())) break;
    }
    if (token_.empty()) fail_at_end("where " + std::string(what) + " belongs");
}

const std::string& TokenReader::token(std::string_view what) {
    read_token(what);
    return token_;
}

std::string TokenReader::name(std::string_view what) {
    read_token(what);
    place_ = printable(token_);
    return token_;
}

int TokenReader::integer(std::string_view what) {
    read_token(what);
    const bool plus = token_.size() > 1 && token_[0] == '+' && token_[1] != '-';
    const char* end = token_.data() + token_.size();
    int value = 0;
    const auto result = std::from_chars(token_.data() + (plus ? 1 : 0), end, value);
    if (result.ec != std::errc() || result.ptr != end)
        fail(std::string(what) + " is " + quoted_token() + ", must be a whole number");
    return value;
}

int TokenReader::integer_between(std::string_view what, int low, int high) {
    const int value = integer(what);
    if (value < low || value > high)
        fail(std::string(what) + " is " + std::to_string(value) + ", must be " + std::to_string(low) + " to " +
             std::to_string(high));
    return value;
}

double TokenReader::real(std::string_view what) {
    read_token(what);
    char* end = nullptr;
    const double value = std::strtod(token_.c_str(), &end);
    if (end != token_.c_str() + token_.size()) fail(std::string(what) + " is " + quoted_token() + ", must be a number");
    return value;
}

void TokenReader::reserved(int count) {
    for (int i = 0; i < count; i++)
        if (const int value = integer("a reserved option"); value != 0)
            fail("a reserved option is " + std::to_string(value) + ", must be 0: a newer engine is needed");
}

Weights TokenReader::weights(std::string_view what, size_t count) {
    if (form_ == WeightForm::Binary) skip_marker(what);
    std::vector<float> values;
    while (values.size() < count) {
        const size_t done = values.size();
        const size_t chunk = std::min(count - done, std::max(done, kFirstChunk));
        values.reserve(done + chunk);  // exactly: resize alone may round up
        values.resize(done + chunk);
        if (form_ == WeightForm::Binary) {
            read_binary(what, values.data() + done, chunk, done);
        } else {
            read_text(what, values.data() + done, chunk);
        }
        for (size_t i = done; i < done + chunk; i++)
            if (!std::isfinite(values[i])) fail(std::string(what) + ": value " + std::to_string(i) + " is not finite");
    }
    return make_weights(std::move(values));
}

void TokenReader::skip_marker(std::string_view what) {
    int skipped = 0;
    for (int byte = source_.get(); byte != '@'; byte = source_.get()) {
        if (byte == ByteSource::kEnd) fail_at_end("where " + std::string(what) + " belong");
        if (++skipped > kMaxBeforeMarker)
            fail("no @BIN@ before " + std::string(what) + "; is this the text form of a network?");
    }
    char marker[4] = {};
    if (source_.read(marker, 4) != 4 || std::memcmp(marker, "BIN@", 4) != 0)
        fail("no @BIN@ before " + std::string(what));
}

void TokenReader::read_binary(std::string_view what, float* out, size_t count, size_t done) {
    const size_t got = source_.read(out, count * sizeof(float));
    if (got != count * sizeof(float))
        fail_at_end("after " + std::to_string(done + got / sizeof(float)) + " values of " + std::string(what));
    if constexpr (std::endian::native == std::endian::big) swap_bytes(out, count);
}

void TokenReader::read_text(std::string_view what, float* out, size_t count) {
    for (size_t i = 0; i < count; i++) {
        read_token(what);
        char* end = nullptr;
        out[i] = std::strtof(token_.c_str(), &end);
        if (end == token_.c_str()) fail(std::string(what) + ": " + quoted_token() + " is no number");
    }
}

}  // namespace katago
