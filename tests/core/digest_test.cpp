// SPDX-License-Identifier: MIT
#include "core/digest.h"

#include <doctest/doctest.h>

#include <string>

#include "core/hash.h"

using namespace katago;

TEST_CASE("digest: SHA-256 agrees with the published vectors") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(to_hex(sha256(std::string(1000000, 'a'))) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("digest: SHA-256 does not depend on how the bytes are cut") {
    const std::string text(300, 'x');
    for (size_t length : {0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 128, 300}) {
        for (size_t step : {1, 7, 64, 100}) {
            Sha256 pieces;
            for (size_t at = 0; at < length; at += step) pieces.update(text.data() + at, std::min(step, length - at));
            CHECK(pieces.finish() == sha256(std::string_view(text).substr(0, length)));
        }
    }
}

TEST_CASE("digest: MD5 agrees with the published vectors") {
    auto hex = [](std::string_view text) { return to_hex(md5(text).data(), 16); };
    CHECK(hex("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(hex("message digest") == "f96b697d7cb7938d525a2f31aaf161d0");
    CHECK(hex("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
          "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("hash: prints h1 before h0 and orders the same way") {
    const Hash128 hash{0x0123456789ABCDEFu, 0xFEDCBA9876543210u};
    CHECK(to_string(hash) == "FEDCBA98765432100123456789ABCDEF");
    CHECK(Hash128{9, 1} < Hash128{0, 2});
    CHECK((hash ^ hash) == Hash128{});
}

TEST_CASE("hash: SplitMix64 and MurmurHash3's finaliser give their published values") {
    CHECK(mix::split(0) == 0xE220A8397B1DCDAFu);
    CHECK(mix::murmur(1) == 0xB456BCFC34C2CB2Cu);
    CHECK(mix::lc1(0) == 3037000493u);
}
