#pragma once
// What becomes of an event that a handler could not take, chosen by name: stop, try again, or put it aside.
//
//     sillok::on_failure::stop()
//     sillok::on_failure::retry(5, 100ms)                                          // then stop
//     sillok::on_failure::put_aside([&](const sillok::dead_letter& d) { return letters.put(d); })
//     sillok::on_failure::retry(5, 100ms).then_put_aside(…)

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"

namespace sillok {

// An event that is put aside. Valid for the call.
struct dead_letter {
    std::string_view handler;  // whose it is
    record_view event;         // as it was recorded
    const error& why;          // of the last attempt
    std::uint32_t attempts = 1;
};

// Keeps what is put aside. It must have it when it returns good, since the handler then goes on behind the event; an error stops it.
using dead_letter_sink = std::function<result<void>(const dead_letter&)>;

struct on_failure {
    std::uint32_t retries = 0;
    timeout pause{};          // before each of them
    dead_letter_sink sink{};  // none: stop

    static on_failure stop() { return {}; }
    static on_failure retry(std::uint32_t times, timeout pause) { return {times, pause, {}}; }
    static on_failure put_aside(dead_letter_sink sink) { return {0, {}, std::move(sink)}; }
    on_failure then_put_aside(dead_letter_sink to) && {
        sink = std::move(to);
        return std::move(*this);
    }
};

}  // namespace sillok
