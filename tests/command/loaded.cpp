#include "sillok/command/loaded.hpp"

#include <catch2/catch_test_macros.hpp>

namespace {

struct counter {
    int count = 0;
};

}  // namespace

TEST_CASE("an aggregate without events does not exist, and is what it is made as") {
    const sillok::loaded<counter> none;
    CHECK_FALSE(none.exists());
    CHECK(none->count == 0);
    const sillok::loaded<counter> some{{3}, sillok::version{2}};
    CHECK(some.exists());
    CHECK(some->count == 3);
    CHECK((*some).count == 3);
}
