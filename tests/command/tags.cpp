#include "sillok/command/tags.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "sillok/command/prepared_batch.hpp"

TEST_CASE("tags of numbers are their decimal digits") {
    sillok::prepared_batch batch;
    batch.begin({"a", "b"}, {});
    batch.add(
        sillok::event_type("a.b", 1), [](sillok::byte_buffer&) {},
        [](sillok::tags& out) {
            out.add("n", std::int64_t{-9223372036854775807 - 1});
            out.add("n", std::uint64_t{18446744073709551615U});
        });
    batch.request([](auto streams, auto) {
        CHECK(streams[0].events[0].tags[0] == "n:-9223372036854775808");
        CHECK(streams[0].events[0].tags[1] == "n:18446744073709551615");
    });
}
