// SPDX-License-Identifier: MIT
#include "search/tree/stable_map.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "core/rng.h"

using namespace katago;

namespace {

struct Counted {
    explicit Counted(int number_of) : number(number_of) { ++alive; }
    ~Counted() { --alive; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

    int number;
    inline static int alive = 0;
};

// Few values of the part that chooses the slot, so that keys meet there.
Hash128 key_of(int number) {
    return {static_cast<uint64_t>(number % 5), static_cast<uint64_t>(number)};
}

}  // namespace

TEST_CASE("stable map: finds what was put in, where it was put, and forgets what was erased") {
    {
        StableMap<Counted> map;
        std::map<int, Counted*> wanted;
        Rng rng(uint64_t{3});
        for (int round = 0; round < 4; ++round) {
            for (int i = 0; i < 500; ++i) {
                const auto number = static_cast<int>(rng.below(700));
                const auto [value, made] = map.try_emplace(key_of(number), number);
                CHECK(value->number == number);
                CHECK(made == !wanted.contains(number));
                if (made) wanted[number] = value;
                CHECK(wanted[number] == value);
            }
            map.erase_if([](const Counted& value) { return value.number % 3 == 0; });
            std::erase_if(wanted, [](const auto& item) { return item.first % 3 == 0; });
            CHECK(map.size() == wanted.size());
            CHECK(Counted::alive == static_cast<int>(wanted.size()));
            std::set<const Counted*> seen;
            map.for_each([&](const Counted& value) {
                CHECK(wanted.at(value.number) == &value);
                seen.insert(&value);
            });
            CHECK(seen.size() == wanted.size());
        }
        map.clear();
        CHECK(map.size() == 0);
        CHECK(Counted::alive == 0);
        CHECK(map.try_emplace(key_of(1), 1).second);
    }
    CHECK(Counted::alive == 0);
}
