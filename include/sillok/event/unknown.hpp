#pragma once
// What becomes of a recorded event that cannot be handed to its handler: the policy for unknown ones, and the words of the
// errors. Nothing here depends on a type, so it is compiled once.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/record.hpp"

namespace sillok {

// What to do with a recorded event whose name or revision the catalogue does not have.
struct unknown {
    enum class action : std::uint8_t { fail, skip, keep };
    struct kept;

    static const unknown fail;  // stop with an error that names it
    static const unknown skip;  // go on, and count it
    static const kept keep;  // hand it to the handler's `void on_unknown(const sillok::unknown_event&)`, and count it

    action does = action::fail;
    friend constexpr bool operator==(const unknown&, const unknown&) = default;
};
struct unknown::kept : unknown {};

inline constexpr unknown unknown::fail{unknown::action::fail};
inline constexpr unknown unknown::skip{unknown::action::skip};
inline constexpr unknown::kept unknown::keep{{unknown::action::keep}};

// An event that the catalogue does not know: as it was recorded, for a handler that keeps such. Valid for the call.
struct unknown_event {
    record_view raw;
    std::uint16_t known_revisions = 0;  // of its name; 0: the catalogue does not have the name
};

// A handler that takes unknown events.
template <class Handler>
concept keeps_unknown = requires(Handler& handler, const unknown_event& event) {
    handler.on_unknown(event);
};

// What a reader met besides the events that it handed over.
struct passed_over {
    std::uint64_t skipped = 0;  // unknown
    std::uint64_t kept = 0;     // unknown, and handed to `on_unknown`
    std::uint64_t retired = 0;  // of a name that the catalogue lists as retired
    friend bool operator==(const passed_over&, const passed_over&) = default;
};

// "money.withdrawn revision 1 at position 17 of account/42". Bytes of the key that do not print are shown as \xNN.
std::string describe(record_view record);

}  // namespace sillok

namespace sillok::require {

template <class Handler>
consteval bool handler_keeps_unknown() {
    static_assert(keeps_unknown<Handler>,
                  "sillok[E0214]: unknown events are kept by a handler that takes them. "
                  "Fix: add `void on_unknown(const sillok::unknown_event&)`, or choose unknown::fail or unknown::skip. "
                  "See docs/errors.md#E0214");
    return keeps_unknown<Handler>;
}

}  // namespace sillok::require

namespace sillok::detail {

inline void append_printable(std::string& to, std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= ' ' && byte != 0x7F)
            to += c;
        else
            to.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
}

// What projections record beside the users' events is unknown to nobody. (The placeholder of what a salvage lost is not such.)
inline constexpr std::string_view names_of_projections = "sillok.projection.";

struct wire_shape;

// How to find out why a payload could not be read: data and a function for it, so that no type needs a function of its own.
struct explanation {
    const wire_shape* shape;
    error (*find)(const wire_shape* shape, bytes_view payload);
};

// The part of a dispatcher that knows no types.
class dispatch_state {
public:
    explicit dispatch_state(unknown policy) noexcept : policy_(policy) {}

    const passed_over& counts() const noexcept { return counts_; }
    bool keeps() const noexcept { return policy_ == unknown::keep; }

    template <class Handler>
    [[gnu::__cold__]] bool give_unknown(Handler& handler, const unknown_event& event) {
        ++counts_.kept;
        if constexpr (std::same_as<decltype(handler.on_unknown(event)), result<void>>) {
            if (auto done = handler.on_unknown(event); !done) return give_up(std::move(done).error());
        } else {
            handler.on_unknown(event);
        }
        return true;
    }

    // Each of these answers for the event that could not be handled: true where the policy lets it pass.
    [[gnu::__cold__]] bool meet_unknown(record_view record, std::uint16_t revisions);
    bool meet_retired() noexcept {
        ++counts_.retired;
        return true;
    }
    [[gnu::__cold__]] bool meet_foreign_codec(record_view record);
    [[gnu::__cold__]] bool explain(record_view record, explanation why);
    [[gnu::__cold__]] bool give_up(error&& why);

    [[gnu::__cold__]] result<void> take_failure() noexcept { return std::exchange(failure_, {}); }

private:
    result<void> failure_;
    passed_over counts_;
    unknown policy_;
};

// Where the catalogue has the name, `revisions` says how many of it; otherwise it is 0.
inline bool dispatch_state::meet_unknown(record_view record, std::uint16_t revisions) {
    if (record.type().starts_with(names_of_projections)) return true;
    if (policy_ == unknown::skip) {
        ++counts_.skipped;
        return true;
    }
    std::string text = describe(record);
    if (revisions == 0)
        text += ": the catalogue has no event of this name";
    else
        text += ": the catalogue knows it up to revision " + std::to_string(revisions);
    if (keeps()) text += "; it would be kept, and the handler has no on_unknown";
    return give_up({error_kind::unknown_event, std::move(text)});
}

inline bool dispatch_state::meet_foreign_codec(record_view record) {
    std::string text = describe(record);
    if (record.codec() == payload_codec::json)
        text += ": it was recorded as JSON, and nothing reads that here: its event is not coded_by a JSON codec";
    else
        text += ": it was recorded by codec " + std::to_string(static_cast<unsigned>(record.codec())) +
                ", which this version does not know";
    return give_up({error_kind::unsupported_format, std::move(text)});
}

inline bool dispatch_state::explain(record_view record, explanation why) {
    return give_up(why.find(why.shape, record.payload()).within(describe(record)));
}

inline bool dispatch_state::give_up(error&& why) {
    failure_ = std::move(why);
    return false;
}

}  // namespace sillok::detail

namespace sillok {

inline std::string describe(record_view record) {
    std::string text(record.type());
    text += " revision " + std::to_string(record.revision());
    text += " at position " + std::to_string(record.position().value) + " of ";
    detail::append_printable(text, record.stream().category);
    text += '/';
    detail::append_printable(text, record.stream().key);
    return text;
}

}  // namespace sillok
