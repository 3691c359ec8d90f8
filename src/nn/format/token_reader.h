// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/file.h"
#include "nn/format/model_file.h"
#include "nn/tensor.h"

namespace katago {

// The tokens and float blocks of a network file, pulled from a stream. Errors are ModelError("<place>: ..."), where the
// place is the layer being read. One thread at a time. Source: KataGo's network format, file container.
class TokenReader {
  public:
    TokenReader(ByteSource& source, WeightForm form) : source_(source), form_(form) {}

    // Names the layer that is read from now on, for messages.
    void set_place(std::string place) { place_ = std::move(place); }
    const std::string& place() const { return place_; }
    [[noreturn]] void fail(const std::string& text) const;
    // The file ends `where`, which a download that was cut off does.
    [[noreturn]] void fail_at_end(const std::string& where) const;

    // `what` names the field in messages. The text is valid until the next read.
    const std::string& token(std::string_view what);
    // The last token, for messages.
    std::string quoted_token() const;
    // A token that becomes the place of what follows.
    std::string name(std::string_view what);
    int integer(std::string_view what);
    int integer_between(std::string_view what, int low, int high);
    // Exactly 0 or 1.
    bool zero_or_one(std::string_view what) { return integer_between(what, 0, 1) == 1; }
    // Any number; only 0 is false.
    bool flag(std::string_view what) { return integer(what) != 0; }
    double real(std::string_view what);
    // `count` numbers that must be 0.
    void reserved(int count);

    // A block of `count` finite values. Memory grows as the bytes really arrive, and ends up exactly as large as
    // needed.
    Weights weights(std::string_view what, size_t count);

  private:
    void read_token(std::string_view what);
    void skip_marker(std::string_view what);
    void read_binary(std::string_view what, float* out, size_t count, size_t done);
    void read_text(std::string_view what, float* out, size_t count);

    ByteSource& source_;
    WeightForm form_;
    std::string place_ = "header";
    std::string token_;
};

}  // namespace katago
