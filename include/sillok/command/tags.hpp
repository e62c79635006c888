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
    void add(std::string_view key, std::integral auto value) { put(key, number(value).text(), false); }
    // The same, and no other event may carry it, ever: an append that would is refused with `condition_failed`.
    void unique(std::string_view key, std::string_view value) { put(key, value, true); }
    void unique(std::string_view key, std::integral auto value) { put(key, number(value).text(), true); }

private:
    friend class prepared_batch;

    struct entry {
        std::size_t start;
        std::size_t size;
        bool unique;
    };
    struct number {
        char digits[24];
        std::size_t size;

        explicit number(std::integral auto value) noexcept
            : size(static_cast<std::size_t>(std::to_chars(digits, digits + sizeof digits, value).ptr - digits)) {}
        std::string_view text() const noexcept { return {digits, size}; }
    };

    void put(std::string_view key, std::string_view value, bool unique) {
        const std::size_t start = text_.size();
        text_.append(key).append(1, ':').append(value);
        entries_.push_back({start, text_.size() - start, unique});
    }
    std::string_view text(const entry& each) const noexcept {
        return std::string_view(text_).substr(each.start, each.size);
    }
    void clear() noexcept {
        text_.clear();
        entries_.clear();
    }

    std::string text_;  // of all entries, one behind the other
    std::vector<entry> entries_;
};

}  // namespace sillok
