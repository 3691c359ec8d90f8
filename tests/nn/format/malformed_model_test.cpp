// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "core/error.h"
#include "nn/format/model_file.h"
#include "nn/format/net_writer.h"

using namespace katago;
using test_nets::NetWriter;

namespace {

void parse(std::string bytes, WeightForm form = WeightForm::Binary) {
    read_model(*ByteSource::from_memory(std::move(bytes), "test.bin"), form);
}

// `text` with the first `from` replaced; spaces stand for the line ends that divide tokens.
std::string edited(std::string text, std::string from, std::string to) {
    for (std::string* part : {&from, &to})
        for (char& c : *part)
            if (c == ' ') c = '\n';
    const size_t at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, from);
    return text.replace(at, from.size(), to);
}

struct Edit {
    const char *from, *to;
    const char* message;  // part of it
};

void check_refused(const std::string& text, std::initializer_list<Edit> edits) {
    for (const Edit& edit : edits) {
        CAPTURE(edit.from);
        CAPTURE(edit.to);
        CHECK_THROWS_WITH_AS(parse(edited(text, edit.from, edit.to), WeightForm::Text), doctest::Contains(edit.message),
                             ModelError);
    }
}

}  // namespace

TEST_CASE("model file: wrong numbers of the header and the trunk are refused") {
    const std::string text = test_nets::net_b(/*text=*/true).bytes;
    CHECK_NOTHROW(parse(text, WeightForm::Text));
    check_refused(text, {
                            {"goldenB", "golden.B", "header: the network's name may hold"},
                            {"goldenB 17", "goldenB -1", "no network file"},
                            {"goldenB 17", "goldenB 2", "too old"},
                            {"goldenB 17", "goldenB 18", "a newer engine"},
                            {"goldenB 17", "goldenB 1e1", "must be a whole number"},
                            {"17 22 19", "17 22 16", "its version has 22 and 19"},
                            {"17 22 19", "17 -22 19", "its version has 22 and 19"},
                            {"40 0.25 150", "40 0 150", "must be positive and finite"},
                            {"40 0.25 150", "40 -1 150", "must be positive and finite"},
                            {"40 0.25 150", "40 nan 150", "must be positive and finite"},
                            {"40 0.25 150", "40 1e999 150", "must be positive and finite"},
                            {"150 1 0 0", "150 2 0 0", "the metadata encoder's version is 2"},
                            {"150 1 0 0", "150 1 2 0", "the pass-alive option is 2"},
                            {"150 1 0 0", "150 1 0 1", "reserved option is 1"},
                            {"t 4 8 6 4 2 2 1", "t 0 8 6 4 2 2 1", "t: the number of blocks is 0"},
                            {"t 4 8 6 4 2 2 1", "t 4 0 6 4 2 2 1", "number of trunk channels is 0"},
                            {"t 4 8 6 4 2 2 1", "t 4 8 0 4 2 2 1", "number of mid channels is 0"},
                            {"t 4 8 6 4 2 2 1", "t 4 8 6 -1 2 2 1", "number of regular channels is -1"},
                            {"t 4 8 6 4 2 2 1", "t 4 8 6 4 2 0 1", "number of pooled channels is 0"},
                            {"t 4 8 6 4 2 2 1", "t 4 8 6 4 2 2 2", "the kind of the trunk's norm is 2"},
                            {"2 1 0 0 0 0 0 c", "2 1 0 0 0 0 1 c", "reserved option is 1"},
                            {"e 192", "e 191", "must be 192"},
                            {"r 8 1e-06 1 0", "r 8 1e-06 1 4", "channel groups of 4"},
                        });
}

TEST_CASE("model file: layers that do not fit together are refused") {
    const std::string text = test_nets::net_b(/*text=*/true).bytes;
    check_refused(text, {
                            {"c 3 3 22 8 1 1", "c 2 3 22 8 1 1", "c: kernel is 2 by 3, must be odd"},
                            {"c 3 3 22 8 1 1", "c 3 0 22 8 1 1", "must be odd"},
                            {"c 3 3 22 8 1 1", "c 3 3 -22 8 1 1", "number of input channels is -22"},
                            {"c 3 3 22 8 1 1", "c 3 3 22 8 0 1", "vertical dilation is 0"},
                            {"c 3 3 22 8 1 1", "c 3 3 24 8 1 1", ""},
                            {"c 3 3 22 8 1 1", "c 3 3 22 7 1 1", "c: has 7 output channels, must have 8"},
                            {"m 19 8", "m 19 9", "m: has 9 output channels, must have 8"},
                            {"n 8 0.001 1 1", "n 0 0.001 1 1", "number of channels is 0"},
                            {"n 8 0.001 1 1", "n 8 0 1 1", "epsilon is 0"},
                            {"n 8 0.001 1 1", "n 8 inf 1 1", "epsilon is inf"},
                            {"n 8 0.001 1 1", "n 8 0.001 2 1", "whether there is a scale is 2"},
                            {"ordinary_block", "dilated_block", "unknown block kind 'dilated_block'"},
                            {"a ACTIVATION_SILU", "a ACTIVATION_GELU", "unknown activation 'ACTIVATION_GELU'"},
                            {"b 4", "b 5", ""},
                            {"t 4 2 4 3 1 1", "t 0 2 4 3 1 1", "the number of heads is 0"},
                            {"t 4 2 4 3 1 1", "t 4 3 4 3 1 1", "no multiple of its 3"},
                            {"t 4 2 4 3 1 1", "t 4 2 5 3 1 1", "must be even"},
                            {"t 4 2 4 3 1 1", "t 4 2 6 3 1 1", "must have 24"},
                            {"t 4 2 4 3 1 1", "t 4 1 4 3 1 1", "must have 4"},
                            {"t 4 2 4 3 1 1", "t 4 2 4 2 1 1", "must have 4"},
                            {"t 4 2 4 3 1 1", "t 2000000000 2 2000000000 3 1 1", "more than any network has"},
                            {"r 8 1e-06", "r 8 2", "epsilon is 2"},
                            {"r 8 1e-06", "r 8 0", "epsilon is 0"},
                            {"f 2 2 2", "f 2 3 2", "f: a dimension of the frequencies is 3, must be 2"},
                            {"f 100.0", "f 0", "theta is 0"},
                            {"f 100.0", "f inf", "theta is inf"},
                            {"t 8 12 1", "t 6 12 1", "must be 8 to 8"},
                            {"t 8 12 1", "t 8 12 0", "SwiGLU"},
                            {"t 8 12 1", "t 8 13 1", "must have 13"},
                            {"q 2", "q 0", "the number of inner blocks is 0"},
                            {"q 2", "q 3", "unknown block kind 'n'"},
                            {"p 4 0 0 0", "p 3 0 0 0", "p: has 3 policy channels"},
                            {"p 4 0 0 0", "p 4 0 1 0", "reserved option is 1"},
                            {"v 0 0 0", "v 0 0 9", "reserved option is 9"},
                        });
}

TEST_CASE("model file: weights that are no finite numbers are refused") {
    const NetWriter binary = test_nets::tiny_net(8);
    const size_t first_weight = binary.bytes.find("@BIN@") + 5;
    std::string bytes = binary.bytes;
    bytes.replace(first_weight + 8, 4, std::string("\x00\x00\xc0\x7f", 4));  // NaN
    CHECK_THROWS_WITH_AS(parse(bytes), "test.bin: c: weights: value 2 is not finite", ModelError);
    bytes.replace(first_weight + 8, 4, std::string("\x00\x00\x80\xff", 4));  // -infinity
    CHECK_THROWS_WITH_AS(parse(bytes), "test.bin: c: weights: value 2 is not finite", ModelError);
    const std::string text = test_nets::tiny_net(8, /*text=*/true).bytes;
    for (const char* value : {"c 3 3 22 8 1 1 nan ", "c 3 3 22 8 1 1 1e99 ", "c 3 3 22 8 1 1 x "})
        CHECK_THROWS_AS(parse(edited(text, "c 3 3 22 8 1 1 ", value), WeightForm::Text), ModelError);
}

TEST_CASE("model file: the marker of a binary block may have 100 bytes before it, not more") {
    const std::string bytes = test_nets::tiny_net(8).bytes;
    const size_t marker = bytes.find("@BIN@");
    const auto with_gap = [&](size_t gap) {
        return bytes.substr(0, marker - 1) + std::string(gap, ' ') + bytes.substr(marker);
    };
    CHECK_NOTHROW(parse(with_gap(100)));
    CHECK_THROWS_AS(parse(with_gap(102)), ModelError);
    std::string spoiled = bytes;
    spoiled[marker + 2] = 'X';
    CHECK_THROWS_AS(parse(spoiled), ModelError);
}

TEST_CASE("model file: a file that ends too early is refused, wherever it ends") {
    for (const NetWriter& net : {test_nets::net_a(), test_nets::net_b()}) {
        const size_t needed = net.bytes.size() - 1;  // the last line end is not
        for (size_t size = 0; size < needed; size += size < 600 ? 1 : 37)
            CHECK_THROWS_AS(parse(net.bytes.substr(0, size)), ModelError);
        CHECK_NOTHROW(parse(net.bytes.substr(0, needed)));
    }
}

TEST_CASE("model file: counts that promise far more than the file has are refused quickly") {
    const std::string text = test_nets::net_b(/*text=*/true).bytes;
    check_refused(text, {
                            {"c 3 3 22 8 1 1", "c 3 3 22 1000000 1 1", "must have 8"},
                            {"c 3 3 22 8 1 1", "c 255 255 1000000 8 1 1", "more weights than any network"},
                            {"c 3 3 22 8 1 1", "c 3 3 10000000 8 1 1", "more than any network"},
                            {"c 3 3 22 8 1 1", "c 3 3 99999999999 8 1 1", "must be a whole number"},
                            {"c 3 3 22 8 1 1", "c 2147483647 2147483647 2147483647 2147483647 1 1", "c: "},
                            {"m 192 4", "m 192 1000000", ""},
                            {"n 8 0.001", "n 1000000 0.001", ""},
                            {"t 4 8", "t 2147483647 8", ""},
                            {"q 2", "q 2147483647", ""},
                        });
    CHECK_THROWS_AS(parse(std::string(100000, 'a')), ModelError);
    CHECK_THROWS_AS(parse(std::string(100000, ' ')), ModelError);
    CHECK_THROWS_AS(parse(""), ModelError);
}

TEST_CASE("model file: blocks may be nested deeply, but not without end") {
    const auto nested = [](int depth) {
        NetWriter net(8, "RELU");
        net.tokens("deep 8 22 19 t 1 8 6 4 2 2");
        net.conv(1, 22, 8);
        net.matmul(19, 8);
        for (int i = 0; i < depth; i++) net.begin_nested(1, 8, 8);
        net.ordinary(8, 8);
        for (int i = 0; i < depth; i++) net.end_nested(8, 8);
        net.norm_activation(8);
        net.heads(1);
        return net.bytes;
    };
    CHECK_NOTHROW(parse(nested(90)));
    CHECK_THROWS_WITH_AS(parse(nested(3000)), doctest::Contains("nested"), ModelError);
}

TEST_CASE("model file: changed at random, a file is read or refused, never more") {
    constexpr uint32_t kSeed = 20240501;
    constexpr int kRounds = 1500;
    INFO("seed ", kSeed);
    std::mt19937 random(kSeed);
    const std::string originals[] = {test_nets::net_a().bytes, test_nets::net_b().bytes,
                                     test_nets::net_b(/*text=*/true).bytes,
                                     test_nets::tiny_net(3, /*text=*/true).bytes};
    int refused = 0;
    for (int round = 0; round < kRounds; round++) {
        const size_t which = random() % 4;
        std::string bytes = originals[which];
        for (uint32_t change = random() % 3 + 1; change > 0; change--) {
            // Most of a file is weights, so every other change goes to the start, where the numbers are.
            const size_t at = random() % (random() % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 300));
            const size_t length = random() % 40;
            switch (random() % 4) {
                case 0:
                    bytes[at] = static_cast<char>(random());
                    break;
                case 1:
                    bytes[at] = "0123456789-. \n@"[random() % 15];
                    break;
                case 2:
                    bytes.erase(at, length);
                    break;
                default:
                    bytes.insert(at, bytes.substr(random() % bytes.size(), length));
            }
        }
        try {
            parse(bytes, which < 2 ? WeightForm::Binary : WeightForm::Text);
        } catch (const ModelError&) {
            refused++;
        }
    }
    CHECK(refused > kRounds / 4);
    CHECK(refused < kRounds);
}
