#pragma once
// Events that are counted, a storage that fences, and a handler for it.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>

#include "sillok/core/result.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/projection/group/group_store.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace counted {

struct thing_counted {
    std::uint64_t number;
};
struct counted_events : sillok::events<sillok::event<"thing.counted", thing_counted>> {};

// Appends `count` events, spread over so many streams by a simple rule.
inline void append(sillok::store_ref store, std::uint64_t count, std::uint64_t streams) {
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t number = store.last(sillok::horizon::visible).value + 1;
        std::string payload(8, '\0');
        for (std::size_t b = 0; b < 8; ++b) payload[b] = static_cast<char>(number >> (8 * b));
        const std::string key = "k" + std::to_string(number * 7 % streams);
        const sillok::new_event event{.type = {"thing.counted", 1}, .payload = sillok::as_bytes(payload)};
        const sillok::stream_append to{{"account", key}, sillok::any_version{}, {&event, 1}};
        store.append({.streams = {&to, 1}}).value();
    }
}

// Takes what comes by the newest right, and in order; refuses the rest.
class fenced_sink {
public:
    void take(const sillok::fence& by, sillok::position at, const std::string& key) {
        const std::lock_guard hold(mutex_);
        partition& of = partitions_[by.partition];
        if (by.token == 0 || by.token < of.token) {
            ++refused;
            return;
        }
        of.token = by.token;
        if (at <= of.last) {
            ++repeated;
            return;
        }
        of.last = at;
        positions_.insert(at.value);
        ++effects_;
        homes_[key].insert(by.partition);
    }
    std::uint64_t in_effect() const {
        const std::lock_guard hold(mutex_);
        return effects_;
    }
    bool has(std::uint64_t position) const {
        const std::lock_guard hold(mutex_);
        return positions_.contains(position);
    }
    // All from 1 to `last`, each once, and no key in two partitions.
    bool is_complete(std::uint64_t last, std::uint32_t partitions) const {
        const std::lock_guard hold(mutex_);
        for (const auto& [key, where] : homes_)
            if (where.size() != 1 || *where.begin() >= partitions) return false;
        return positions_.size() == last && effects_ == last && (last == 0 || *positions_.rbegin() == last);
    }

    std::uint64_t refused = 0;
    std::uint64_t repeated = 0;

private:
    struct partition {
        std::uint64_t token = 0;
        sillok::position last{};
    };
    mutable std::mutex mutex_;
    std::map<std::uint32_t, partition> partitions_;
    std::map<std::string, std::set<std::uint32_t>> homes_;
    std::set<std::uint64_t> positions_;
    std::uint64_t effects_ = 0;
};

struct counter {
    using events = counted_events;
    sillok::fence fence;

    explicit counter(fenced_sink& to) : sink(to) {}
    sillok::result<void> on(const thing_counted&, const sillok::metadata& m) {
        if (m.position().value == fails_at) return sillok::error(sillok::error_kind::invalid_argument, "unlucky");
        if (m.position().value == throws_at) throw std::runtime_error("unlucky");
        const sillok::fence by = fence;
        if (const auto act = meanwhile) act();
        sink.take(by, m.position(), std::string(m.key()));
        return {};
    }

    fenced_sink& sink;
    std::function<void()> meanwhile{};
    std::uint64_t fails_at = 0;
    std::uint64_t throws_at = 0;
};

struct plain_counter {
    using events = counted_events;
    std::uint64_t count = 0;
    void on(const thing_counted&) { ++count; }
};

}  // namespace counted
