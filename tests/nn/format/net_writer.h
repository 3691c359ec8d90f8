// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>

// Writes network files in KataGo's format with generated weights, for tests of everything that reads networks.
// Source: KataGo's network format, reproducible test nets.
namespace test_nets {

// Appends records to `bytes`. Each weight comes from the same sequence of numbers, so equal calls give equal files.
class NetWriter {
  public:
    NetWriter(int version, std::string activation, bool text = false)
        : version_(version), activation_(std::move(activation)), text_(text) {}

    std::string bytes;

    int version() const { return version_; }
    int floats() const { return floats_; }
    uint32_t state() const { return state_; }

    // Tokens divided by spaces, one a line.
    void tokens(const std::string& list) {
        for (char c : list) bytes += c == ' ' ? '\n' : c;
        bytes += '\n';
    }

    void conv(int kernel, int in, int out) {
        tokens("c " + str(kernel) + " " + str(kernel) + " " + str(in) + " " + str(out) + " 1 1");
        weights(kernel * kernel * in * out, 0, 3 / std::sqrt(double(kernel) * kernel * in));
    }
    void matmul(int in, int out) {
        tokens("m " + str(in) + " " + str(out));
        weights(in * out, 0, 3 / std::sqrt(double(in)));
    }
    void bias(int channels) {
        tokens("b " + str(channels));
        weights(channels, 0, 0.5);
    }
    void norm(int channels, bool scale = true) {
        tokens("n " + str(channels) + " 0.001 " + (scale ? "1" : "0") + " 1");
        weights(channels, 0, 0.4);
        weights(channels, 1, 1);
        if (scale) weights(channels, 1, 1);
        weights(channels, 0, 0.5);
    }
    void activation() {
        tokens("a");
        if (version_ >= 11) tokens("ACTIVATION_" + activation_);
    }
    void norm_activation(int channels, bool scale = true) {
        norm(channels, scale);
        activation();
    }
    void rms_norm(int channels) {
        tokens("r " + str(channels) + " 1e-06");
        weights(channels, 1, 1);
    }
    void rms_norm_tip(int channels, bool over_board) {
        tokens("r " + str(channels) + " 1e-06 " + (over_board ? "1" : "0") + " 0");
        weights(channels, 1, 1);
        weights(channels, 0, 0.5);
    }

    void ordinary(int channels, int mid) {
        tokens("ordinary_block o");
        norm_activation(channels);
        conv(3, channels, mid);
        norm_activation(mid);
        conv(3, mid, channels);
    }
    void gpool(int channels, int regular, int pooled) {
        tokens("gpool_block g");
        norm_activation(channels);
        conv(3, channels, regular);
        conv(3, channels, pooled);
        norm_activation(pooled);
        matmul(3 * pooled, regular);
        norm_activation(regular);
        conv(3, regular, channels);
    }
    void begin_nested(int inner_blocks, int channels, int inner_channels) {
        tokens("nested_bottleneck_block q " + str(inner_blocks));
        norm_activation(channels);
        conv(1, channels, inner_channels);
    }
    void end_nested(int channels, int inner_channels) {
        norm_activation(inner_channels);
        conv(1, inner_channels, channels);
    }
    enum class Rope { None, Fixed, Learned };
    void attention(int channels, int heads, int kv_heads, int qk, int v, Rope rope) {
        tokens("transformer_attention_block t " + str(heads) + " " + str(kv_heads) + " " + str(qk) + " " + str(v) +
               (rope == Rope::None ? " 0" : " 1") + (rope == Rope::Learned ? " 1" : " 0"));
        rms_norm(channels);
        matmul(channels, heads * qk);
        matmul(channels, kv_heads * qk);
        matmul(channels, kv_heads * v);
        matmul(heads * v, channels);
        if (rope == Rope::Fixed) tokens("f 100.0");
        if (rope == Rope::Learned) {
            tokens("f " + str(kv_heads) + " " + str(qk / 2) + " 2");
            weights(kv_heads * qk, 0, 2);
        }
    }
    void ffn(int channels, int hidden) {
        tokens("transformer_ffn_block t " + str(channels) + " " + str(hidden) + " 1");
        rms_norm(channels);
        matmul(channels, hidden);
        matmul(channels, hidden);
        matmul(hidden, channels);
    }

    // Policy and value head on 8 trunk channels.
    void heads(int policy_channels) {
        tokens(version_ >= 17 ? "p " + str(policy_channels) + " 0 0 0" : "p");
        conv(1, 8, 4);
        conv(1, 8, 3);
        norm_activation(3, false);
        matmul(9, 4);
        norm_activation(4, false);
        conv(1, 4, policy_channels);
        if (version_ >= 15) {
            matmul(9, 4);
            bias(4);
            activation();
            matmul(4, policy_channels);
        } else {
            matmul(9, policy_channels);
        }
        const int score_channels = version_ == 3 ? 1 : version_ < 8 ? 2 : version_ == 8 ? 4 : 6;
        tokens(version_ >= 17 ? "v 0 0 0" : "v");
        conv(1, 8, 4);
        norm_activation(4, false);
        matmul(12, 5);
        bias(5);
        activation();
        matmul(5, 3);
        bias(3);
        matmul(5, score_channels);
        bias(score_channels);
        conv(1, 4, 1);
    }

    // `count` values of offset + (u - 0.5) * width, u from the sequence.
    void weights(int count, double offset, double width) {
        if (!text_) bytes += "@BIN@";
        for (int i = 0; i < count; i++) {
            state_ = (1103515245u * state_ + 12345u) & 0x7fffffffu;
            const float value = static_cast<float>(offset + (state_ / 2147483648.0 - 0.5) * width);
            text_ ? append_text(value) : append_binary(value);
        }
        if (!text_) bytes += '\n';
        floats_ += count;
    }

  private:
    static std::string str(int value) { return std::to_string(value); }
    void append_text(float value) {
        char text[32];
        std::snprintf(text, sizeof text, "%.9g\n", static_cast<double>(value));
        bytes += text;
    }
    void append_binary(float value) {
        uint32_t bits;
        std::memcpy(&bits, &value, 4);
        for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xff);
    }

    int version_;
    std::string activation_;
    bool text_;
    uint32_t state_ = 1;
    int floats_ = 0;
};

// The two nets whose results the format's description gives.
inline NetWriter net_a(bool text = false) {
    NetWriter net(14, "MISH", text);
    net.tokens("goldenA 14 22 19 20 20 20 20 40 0.25 150 t 3 8 6 4 2 2");
    net.conv(3, 22, 8);
    net.matmul(19, 8);
    net.ordinary(8, 6);
    net.gpool(8, 4, 2);
    net.begin_nested(2, 8, 6);
    net.gpool(6, 4, 2);
    net.ordinary(6, 6);
    net.end_nested(8, 6);
    net.norm_activation(8);
    net.heads(2);
    return net;
}

inline NetWriter net_b(bool text = false) {
    NetWriter net(17, "SILU", text);
    net.tokens("goldenB 17 22 19 20 20 20 20 40 0.25 150 1 0 0 0 0 0 0 0 t 4 8 6 4 2 2 1 0 0 0 0 0");
    net.conv(3, 22, 8);
    net.matmul(19, 8);
    net.tokens("e 192");
    net.matmul(192, 4);
    net.bias(4);
    net.activation();
    net.matmul(4, 5);
    net.bias(5);
    net.activation();
    net.matmul(5, 8);
    net.ordinary(8, 6);
    net.attention(8, 4, 2, 4, 3, NetWriter::Rope::Learned);
    net.ffn(8, 12);
    net.begin_nested(2, 8, 6);
    net.attention(6, 2, 2, 4, 3, NetWriter::Rope::Fixed);
    net.ffn(6, 10);
    net.end_nested(8, 6);
    net.rms_norm_tip(8, true);
    net.activation();
    net.heads(4);
    return net;
}

// A net of two blocks in any version from 3 to 17.
inline NetWriter tiny_net(int version, bool text = false) {
    NetWriter net(version, "MISH", text);
    const std::string spatial = version == 6 ? "13" : "22";
    const std::string global = version >= 8 ? "19" : version == 7 ? "16" : version == 6 ? "12" : "14";
    net.tokens("tiny " + std::to_string(version) + " " + spatial + " " + global);
    if (version >= 13) net.tokens("20 20 20 20 40 0.25 150");
    if (version >= 15) net.tokens("0 0 0 0 0 0 0 0");
    net.tokens("t 2 8 6 4 2 2");
    if (version >= 15) net.tokens("0 0 0 0 0 0");
    net.conv(3, version == 6 ? 13 : 22, 8);
    net.matmul(std::stoi(global), 8);
    net.ordinary(8, 6);
    net.gpool(8, 4, 2);
    net.norm_activation(8);
    net.heads(version < 12 ? 1 : version < 16 ? 2 : 4);
    return net;
}

}  // namespace test_nets
