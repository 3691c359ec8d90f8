// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace katago {

// SHA-256 (FIPS 180-4) over bytes given in pieces. One thread at a time.
class Sha256 {
  public:
    using Digest = std::array<uint8_t, 32>;

    void update(const void* data, size_t size);
    // The digest of everything given so far; afterwards the object starts anew.
    Digest finish();

  private:
    void compress(const uint8_t* block);

    std::array<uint32_t, 8> state_ = kStart;
    std::array<uint8_t, 64> pending_{};
    uint64_t bytes_ = 0;

    static constexpr std::array<uint32_t, 8> kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
};

Sha256::Digest sha256(std::string_view bytes);

// MD5 (RFC 1321). Only for seeds that must equal KataGo's; it protects nothing.
std::array<uint8_t, 16> md5(std::string_view bytes);

// Lower-case hex digits.
std::string to_hex(const uint8_t* bytes, size_t size);
std::string to_hex(const Sha256::Digest& digest);

}  // namespace katago
