#include "sillok/event/event_slot.hpp"

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>
#include <vector>

namespace {

struct one {
    int n;
};
struct two {
    std::vector<int> all;
};
using slot = sillok::detail::event_slot<one, two>;

constexpr int sum_of(const slot& s) {
    int sum = 0;
    s.visit([&](const auto& event) {
        if constexpr (requires { event.n; })
            sum = event.n;
        else
            for (const int each : event.all) sum += each;
    });
    return sum;
}

constexpr int after_moves() {
    slot a(one{1});
    slot b(two{{1, 2, 3}});
    slot c = b;
    a = std::move(b);
    c = slot(one{7});
    const slot& itself = c;
    c = itself;
    return sum_of(a) * 10 + sum_of(c);
}

static_assert(sum_of(slot()) == 0);
static_assert(sum_of(slot(one{4})) == 4);
static_assert(after_moves() == 67);

}  // namespace

TEST_CASE("a slot holds one event of its types, or none") {
    slot s;
    CHECK(s.get_if<one>() == nullptr);
    CHECK(s.get_if<two>() == nullptr);
    s = slot(two{{1, 2}});
    CHECK(s.get_if<one>() == nullptr);
    REQUIRE(s.get_if<two>() != nullptr);
    CHECK(s.get_if<two>()->all.size() == 2);
    CHECK(after_moves() == 67);
}

TEST_CASE("a slot destroys what it holds, once") {
    struct counted {
        std::shared_ptr<int> alive;
    };
    const auto alive = std::make_shared<int>(0);
    {
        sillok::detail::event_slot<one, counted> a(counted{alive});
        auto b = a;
        CHECK(alive.use_count() == 3);
        a = sillok::detail::event_slot<one, counted>(one{1});
        CHECK(alive.use_count() == 2);
        const auto c = std::move(b);
        CHECK(alive.use_count() == 2);
    }
    CHECK(alive.use_count() == 1);
}
