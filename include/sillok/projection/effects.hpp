#pragma once
// What a projection does to the outside, such as sending a letter: only where it is the one that acts, never while it is made anew, and
// handed over to its next version at one recorded position.
//
//     struct letters {
//         static constexpr sillok::name name = "letters";
//         using events = sillok::select<bank, account_opened>;
//         sillok::effects& acts;
//         post& office;
//         void on(const account_opened& e, const sillok::metadata& m) {
//             if (acts.are_live()) office.send(m.id(), e.owner);       // the id: what was begun may be done again after a crash
//         }
//     };
//     sillok::effects second("letters", 2);                            // beside the first, and inert
//     sillok::projector<letters> follow(store, model, {.effects = &second});
//     follow.catch_up();
//     sillok::switch_to(store, "letters", 2);                          // the first acts up to here, the second from here on

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// From its position on, this version of a projection acts, and no other.
struct projection_switched {
    std::uint32_t version;
};
struct projection_switches : events<event<"sillok.projection.switched", projection_switched>> {};

inline constexpr std::string_view projection_category = "sillok.projections";

// Records that from here on a version of a projection acts, and the one before no more. Returns the position: the old one acts on what is
// before it, the new one on what is behind.
//
// Errors:     those of the store's append
// Durability: that of the append
inline result<position> switch_to(const store_ref& store, std::string_view projection, std::uint32_t version) {
    byte_buffer payload;
    const event_type type = encode_event<projection_switches>(projection_switched{version}, payload);
    const new_event switched{.type = type, .payload = payload.view()};
    const stream_append to[] = {{{projection_category, projection}, any_version{}, {&switched, 1}}};
    auto done = store.append({.streams = to, .source = "sillok"});
    if (!done) return std::move(done).error();
    return done->last;
}

// Whether a version of a projection is the one that acts, event by event. A projector tells it which event is handed over; at any other
// time nothing is live. What was acted on is acted on again where the model begins again behind a crash, so who is asked to do
// something should know the event's id; a version that begins again from the start would act again from its switch on: give that one a
// new version.
//
// Threads: one at a time, that of the projector
class effects {
public:
    // Version 1 acts where no switch was ever recorded.
    effects(std::string_view projection, std::uint32_t version) : projection_(projection), version_(version) {}

    // Whether to act on the event that is being handled.
    bool are_live() const noexcept { return is_live_; }
    std::uint32_t version() const noexcept { return version_; }

    // --- for projectors ---

    // Learns of the switches that are durable.
    //
    // Errors: those of reading; malformed
    result<void> look_up(const store_ref& store) {
        struct reader {
            using events = projection_switches;
            std::vector<recorded_switch>& to;
            void on(const projection_switched& e, const metadata& m) { to.push_back({m.position(), e.version}); }
        } read_switch{switches_};
        dispatcher<reader> dispatch;
        result<void> taken;
        const sillok::version from{switches_.size() + 1};
        auto read = store.read_stream({projection_category, projection_}, {.from = from, .upto = horizon::durable},
                                      [&](const record_view& record) {
                                          taken = dispatch.dispatch(read_switch, record);
                                          return taken.has_value();
                                      });
        if (!read) return read;
        return taken;
    }
    // The event at a position is handed over; or, at none, nothing more.
    void enter(position at) noexcept { is_live_ = at.value != 0 && acting_at(at) == version_; }

    // The version that acts on the event at a position, as far as it was looked up.
    std::uint32_t acting_at(position at) const noexcept {
        const auto later = std::upper_bound(switches_.begin(), switches_.end(), at,
                                            [](position p, const recorded_switch& each) { return p < each.at; });
        return later == switches_.begin() ? 1 : std::prev(later)->version;
    }

private:
    struct recorded_switch {
        position at;
        std::uint32_t version;
    };

    std::string projection_;
    std::uint32_t version_;
    std::vector<recorded_switch> switches_;  // in the order of positions
    bool is_live_ = false;
};

}  // namespace sillok

namespace sillok::detail {

// Effects may be live while an event is handed over.
class acting {
public:
    acting(effects* of, position at) noexcept : of_(of) {
        if (of_ != nullptr) of_->enter(at);
    }
    acting(const acting&) = delete;
    acting& operator=(const acting&) = delete;
    ~acting() {
        if (of_ != nullptr) of_->enter(position{});
    }

private:
    effects* of_;
};

}  // namespace sillok::detail
