#include "sillok/core/stop_ref.hpp"

#include <stop_token>

#include <catch2/catch_test_macros.hpp>

namespace {

struct counted {
    mutable int asked = 0;
    int until = 3;
    bool stop_requested() const { return ++asked >= until; }
};

bool is_time(sillok::stop_ref stop) { return stop.stop_requested(); }

static_assert(sillok::stop_signal<std::stop_token> && sillok::stop_signal<counted> && !sillok::stop_signal<int>);

}  // namespace

TEST_CASE("a signal is asked each time, and where there is none it is never time") {
    std::stop_source source;
    CHECK_FALSE(is_time(source.get_token()));
    source.request_stop();
    CHECK(is_time(source.get_token()));
    CHECK_FALSE(is_time({}));
    const counted three;
    const sillok::stop_ref stop = three;
    CHECK_FALSE(stop.stop_requested());
    CHECK_FALSE(stop.stop_requested());
    CHECK(stop.stop_requested());
    const sillok::stop_ref copy = stop;
    CHECK(copy.stop_requested());
    CHECK(three.asked == 4);
}
