#pragma once
// The tags that an aggregate gives to its events: texts "key:value" by which an event can be read besides its stream, and which
// can be made unique in the whole log, for ever.
//
//     static void tag(const transaction_booked& e, sillok::tags& out) { out.unique("tx", e.trans_id); }

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sillok {

// Collects the tags of an event; handed to an aggregate's `tag(const Event&, sillok::tags&)`.
class tags {
public:
    // The event carries "key:value" and can be read by it.
    void add(std::string_view key, std::string_view value) { put(key, value, false); }
    void add(std::string_view key, std::integral auto value) { put(key, number(value), false); }
    // The same, and no other event may carry it, ever: an append that would is refused with `condition_failed`.
    void unique(std::string_view key, std::string_view value) { put(key, value, true); }
    void unique(std::string_view key, std::integral auto value) { put(key, number(value), true); }

private:
    friend class prepared_batch;

    struct entry {
        std::string text;
        bool unique;
    };

    static std::string number(std::integral auto value) {
        char text[24];
        return {text, std::to_chars(text, text + sizeof text, value).ptr};
    }
    void put(std::string_view key, std::string_view value, bool unique) {
        std::string text;
        text.reserve(key.size() + 1 + value.size());
        text.append(key).append(1, ':').append(value);
        entries_.push_back({std::move(text), unique});
    }

    std::vector<entry> entries_;
};

}  // namespace sillok
