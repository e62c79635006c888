#pragma once
// Events of the order service as one of its generations recorded them.

#include <catch2/catch_test_macros.hpp>

#include "event/evolution.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/store/memory_store.hpp"

namespace evolution {

// Appends an event to order 1, under the name that it has in `Events`.
template <class Events, class E>
void record(sillok::memory_store& store, const E& e) {
    sillok::byte_buffer payload;
    const sillok::event_type type = sillok::encode_event<Events>(e, payload);
    const sillok::new_event event{.type = type, .payload = payload.view()};
    const sillok::stream_append to[] = {{{"order", "1"}, sillok::any_version{}, {&event, 1}}};
    REQUIRE(store.append({.streams = to}));
}

}  // namespace evolution
