#pragma once
// What was written by Sillok before it noted layouts. The same lines, compiled today, record the same events, and notes besides.

#include <string>

#include "first.hpp"
#include "sillok/store/retention.hpp"

namespace golden::before_layouts {

inline void write(const std::string& path) {
    sillok::testing::manual_clock clock(sillok::timestamp{-1});  // 1969
    auto store = sillok::file_store::open(path, options(clock)).value();
    first::take_orders(store, clock);
    first::read_gauges(store, clock);
    first::fill(store, clock, "many", 1, 14);
    sillok::delete_stream(store, {"stamp", ""}, {.source = "post", .reason = "they are used up"}).value();
    sillok::truncate(store, {"order", "many"}, sillok::version{12}, {.reason = "old"}).value();
    first::fill(store, clock, "more", 15, 24);
    store.close().value();
}

}  // namespace golden::before_layouts
