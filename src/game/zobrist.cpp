// SPDX-License-Identifier: MIT
#include "game/zobrist.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "core/digest.h"

namespace katago {

namespace {

// The generator behind KataGo's hash tables: xorshift1024* plus PCG, seeded by SHA-256 of a name.
class TableGenerator {
  public:
    explicit TableGenerator(const std::string& name) {
        const auto md = md5(name);
        const uint32_t prefix = static_cast<uint32_t>(md[0]) | static_cast<uint32_t>(md[1]) << 8 |
                                static_cast<uint32_t>(md[2]) << 16 | static_cast<uint32_t>(md[3]) << 24;
        const std::string base = "|" + std::to_string(prefix) + "|" + name;
        std::vector<uint64_t> words;
        for (int counter = 0; words.size() < xorshift_.size() + 1; counter += 37) {
            const auto digest = sha256(std::to_string(counter) + base);
            for (size_t i = 0; i < digest.size(); i += 8) {
                uint64_t word = 0;
                for (size_t k = 0; k < 8; k++) word = word << 8 | digest[i + k];
                if (word != 0) words.push_back(word);
            }
        }
        for (size_t i = 0; i < xorshift_.size(); i++) xorshift_[i] = words[i];
        pcg_ = words[xorshift_.size()];
    }

    Hash128 next() {
        const uint64_t h0 = next64();
        return {h0, next64()};
    }

  private:
    uint32_t next32() {
        pcg_ = pcg_ * 6364136223846793005u + 1442695040888963407u;
        const auto pcg = static_cast<uint32_t>(((pcg_ >> 18) ^ pcg_) >> 27);
        const uint32_t pcg_out = std::rotr(pcg, static_cast<int>(pcg_ >> 59));

        uint64_t a = xorshift_[place_];
        place_ = (place_ + 1) % xorshift_.size();
        uint64_t b = xorshift_[place_];
        b ^= b << 31;
        b ^= b >> 11;
        a ^= a >> 30;
        xorshift_[place_] = a ^ b;
        return pcg_out + static_cast<uint32_t>(xorshift_[place_] * 1181783497276652981u >> 32);
    }

    uint64_t next64() {
        const uint64_t low = next32();
        return low | static_cast<uint64_t>(next32()) << 32;
    }

    std::array<uint64_t, 16> xorshift_;
    uint64_t pcg_;
    size_t place_ = 0;
};

}  // namespace

Zobrist::Zobrist() {
    // The order of the draws is KataGo's and decides every value.
    TableGenerator main("Board::initHash()");
    for (Hash128& hash : player.values) hash = main.next();
    for (Hash128& hash : encore) hash = main.next();
    for (size_t i = 0; i < stone.size(); i++) {
        for (const Color color : {Color::Black, Color::White}) {
            stone[i][color] = main.next();
            ko_mark[i][color] = main.next();
        }
        ko_point[i] = main.next();
    }
    TableGenerator encore_start("Board::initHash() for ZOBRIST_SECOND_ENCORE_START hashes");
    for (ByColor& hashes : second_encore_start)
        for (const Color color : {Color::Black, Color::White}) hashes[color] = encore_start.next();
    TableGenerator sizes("Board::initHash() for ZOBRIST_SIZE hashes");
    for (size_t i = 0; i < width.size(); i++) {
        width[i] = sizes.next();
        height[i] = sizes.next();
    }
}

const Zobrist& Zobrist::tables() {
    static const Zobrist zobrist;
    return zobrist;
}

}  // namespace katago
