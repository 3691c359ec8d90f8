// SPDX-License-Identifier: MIT
#include "engine/embedded_network.h"

#include <doctest/doctest.h>

#include <sstream>

#include "command/tiny_model.h"
#include "core/error.h"
#include "engine/engine.h"
#include "nn/format/network_file.h"

using namespace katago;

TEST_CASE("embedded network: is one that can be loaded, or said to be missing") {
    if (embedded_network_bytes().empty()) {
        CHECK_THROWS_AS(load_model(kEmbeddedNetwork, {}), UsageError);
        return;
    }
    const Model model = load_model(kEmbeddedNetwork, {});
    CHECK(!model.info.name.empty());
    CHECK(model_file_bytes(kEmbeddedNetwork) == embedded_network_bytes().size());
    // What the linker put in is what was written, to the last byte.
    CHECK_NOTHROW(read_network({std::as_bytes(std::span(embedded_network_bytes())), nullptr, "embedded"}, true));
}

TEST_CASE("embedded network: any other name is a file") {
    const TinyModel file("embedded");
    CHECK_FALSE(is_embedded_network(file.model()));
    CHECK(load_model(file.model(), {}).info.name == "tiny");
    CHECK(model_file_bytes(file.model()) == std::filesystem::file_size(file.model()));
}

TEST_CASE("embedded network: an engine that uses it tells so on its console, if it has one") {
    if (embedded_network_bytes().empty()) return;
    const Config config = Config::from_text("nnPrecision = fp32\nnnCacheSizePowerOfTwo = -1", "test");
    std::ostringstream console;
    const Engine told(kEmbeddedNetwork, config, {.console = &console});
    CHECK(console.str() == "Using the embedded network " + told.model().name + "; -model FILE takes another\n");
    CHECK_NOTHROW(Engine(kEmbeddedNetwork, config));
}
