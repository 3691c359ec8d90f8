// SPDX-License-Identifier: MIT
#include "engine/known_networks.h"

#include <doctest/doctest.h>

#include <string>

#include "golden.h"
#include "nn/format/model_file.h"

using namespace katago;

TEST_CASE("known networks: the table of get-network.sh, those with a sum") {
    CHECK(known_networks().size() >= 2);
    for (const KnownNetwork& network : known_networks()) {
        CAPTURE(network.name);
        CHECK(network.sha256.size() == 64);
        CHECK(network.sha256.find_first_not_of("0123456789abcdef") == std::string_view::npos);
        CHECK(network.file.ends_with(".bin.gz"));
        CHECK(known_network(network.sha256) == &network);
    }
    CHECK(known_network("") == nullptr);
    CHECK(known_network(std::string(64, '0')) == nullptr);
}

TEST_CASE("known networks: a published file is found by its sum") {
    const auto file = golden::find("models/b10c384h6nbttflrs.bin.gz");
    if (file.empty()) return;
    const KnownNetwork* known = known_network(read_model(file).info.sha256);
    REQUIRE(known != nullptr);
    CHECK(known->name == "b10c384h6nbttflrs");
}
