// SPDX-License-Identifier: MIT
#include "backend/registry.h"

#include <doctest/doctest.h>

#include <string>

#include "core/error.h"

using namespace katago;

TEST_CASE("registry: finds backends by name, and the CPU's as KataGo calls it") {
    for (const Backend* backend : backends()) CHECK(&find_backend(backend->name()) == backend);
    CHECK(&find_backend("cpu") == backends().front());
    CHECK(&find_backend("eigen") == &find_backend("cpu"));
    CHECK(find_backend("eigen").name() == "cpu");
}

TEST_CASE("registry: an unknown backend is refused with the names that exist") {
    CHECK_THROWS_WITH_AS(find_backend("abacus"), doctest::Contains("reference"), UsageError);
}
