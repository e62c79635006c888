#pragma once
// What becomes of a recorded event that cannot be handed to its handler: the policy for unknown ones, and the words of the
// errors. Nothing here depends on a type, so it is compiled once.

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
enum class unknown : std::uint8_t {
    fail,  // stop with an error that names it
    skip,  // go on, and count it
};

// "money.withdrawn revision 1 at position 17 of account/42". Bytes of the key that do not print are shown as \xNN.
std::string describe(record_view record);

}  // namespace sillok

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

    std::uint64_t skipped() const noexcept { return skipped_; }

    // Each of these answers for the event that could not be handled: true where the policy lets it pass.
    [[gnu::__cold__]] bool meet_unknown(record_view record, std::uint16_t revisions);
    [[gnu::__cold__]] bool meet_foreign_codec(record_view record);
    [[gnu::__cold__]] bool explain(record_view record, explanation why);
    [[gnu::__cold__]] bool give_up(error&& why);

    [[gnu::__cold__]] result<void> take_failure() noexcept { return std::exchange(failure_, {}); }

private:
    result<void> failure_;
    std::uint64_t skipped_ = 0;
    unknown policy_;
};

// Where the catalogue has the name, `revisions` says how many of it; otherwise it is 0.
inline bool dispatch_state::meet_unknown(record_view record, std::uint16_t revisions) {
    if (policy_ == unknown::skip) {
        ++skipped_;
        return true;
    }
    std::string text = describe(record);
    if (revisions == 0)
        text += ": the catalogue has no event of this name";
    else
        text += ": the catalogue knows it up to revision " + std::to_string(revisions);
    return give_up({error_kind::unknown_event, std::move(text)});
}

inline bool dispatch_state::meet_foreign_codec(record_view record) {
    std::string text = describe(record);
    if (record.codec() == payload_codec::json)
        text += ": it was recorded as JSON, and this dispatcher was given no JSON codec";
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
