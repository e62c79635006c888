#pragma once
// The layouts that a store was told of: what it looks up with each append, and what it says of one that contradicts.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/codec/layout.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/arena.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/limits.hpp"
#include "sillok/store/posting_index.hpp"
#include "sillok/store/schemas.hpp"

namespace sillok::detail {

// A field for an error. Of a long one, what begins with the part by which it differs from the other.
inline std::string shown_field(std::string_view field, std::string_view other) {
    std::size_t from = 0;
    if (field.size() > 80 || other.size() > 80) {
        while (from < field.size() && from < other.size() && field[from] == other[from]) ++from;
        while (from > 0 && std::string_view("{[<;,").find(field[from - 1]) == std::string_view::npos) --from;
        while (from < field.size() && field[from] == ' ') ++from;
    }
    return (from != 0 ? "…" : "") + quoted(field.substr(from));
}

// That a struct is not what a version was recorded with.
[[gnu::__cold__, gnu::noinline]] inline error schema_has_changed(std::string_view name, std::uint16_t revision,
                                                                 std::string_view recorded, std::string_view now) {
    const layout_difference first = first_difference(recorded, now);
    std::string text = "event " + quoted(name) + ", revision " + std::to_string(revision) + ": field " +
                       std::to_string(first.field + 1) + ' ';
    if (first.recorded.empty())
        text += "was not there when it was recorded, and is " + shown_field(first.now, {}) + " now";
    else if (first.now.empty())
        text += "was recorded as " + shown_field(first.recorded, {}) + ", and is not there now";
    else
        text += "was recorded as " + shown_field(first.recorded, first.now) + ", and is " +
                shown_field(first.now, first.recorded) + " now";
    text +=
        ". Leave the struct of that revision as it was recorded, and add the new one to the catalogue as a version of its own";
    return error(error_kind::schema_changed, std::move(text));
}

// The first layout of each version, and nothing that contradicts it. An append goes through `has_met`; where that says no, through
// `plan`, which may fail, and `commit`, which cannot.
//
// Threads:    one writer, which needs no lock to look; `plan`, `commit` and `take_in` under the lock of those who call `all`;
//             `count` at any time
// Complexity: has_met: O(events), 3 ns for one. Else O(1) for a version, and O(characters) of its layout; about 60 bytes and its
//             texts for a version.
class schema_book {
public:
    // How many versions are noted. It only grows.
    std::uint64_t count() const noexcept { return count_.load(std::memory_order_acquire); }

    // Whether all events of a request are of versions and shapes that were met before, so that there is nothing to do.
    bool has_met(const append_request& request) const noexcept {
        for (const stream_append& to : request.streams)
            for (const new_event& event : to.events)
                if (is_to_be_noted(event) && !has_met(event.type)) return false;
        return true;
    }

    // Compares the events of a request with what is noted, and writes notes of what is not. Until they are committed, or the next
    // plan is made, nobody knows of them.
    //
    // Requires: a request that was admitted
    // Errors:   schema_changed, too_large; std::bad_alloc. Nothing that can be found changed.
    result<void> plan(const append_request& request, position at, timestamp now, byte_buffer& notes) {
        planned_.clear();
        notes.clear();
        std::size_t bytes = 0;
        for (const stream_append& to : request.streams)
            for (const new_event& event : to.events) {
                if (!is_to_be_noted(event) || has_met(event.type)) continue;
                const std::string layout = layout_text(*event.type.shape);
                const std::uint32_t number = find_or_add(event.type.name, event.type.hash, event.type.revision);
                entry& version = entries_[number];
                const bool is_planned = version.planned < planned_.size() && planned_[version.planned].entry == number;
                if (version.is_noted || is_planned) {
                    const std::string_view recorded =
                        version.is_noted ? version.said().layout
                                         : schema_of(notes.view().subspan(planned_[version.planned].note)).layout;
                    if (!reads_layout(layout, recorded))
                        return schema_has_changed(event.type.name, event.type.revision, recorded, layout);
                    if (version.is_noted) version.met = event.type.shape;
                    continue;
                }
                if (layout.size() > layout_bytes_max)
                    return too_large("the layout of event " + quoted(event.type.name), layout.size(), layout_bytes_max);
                planned_.push_back({number, notes.size()});
                version.planned = static_cast<std::uint32_t>(planned_.size() - 1);
                append_schema(notes, {event.type.name, event.type.revision, layout, at, now});
                if (notes.size() > append_bytes_max)
                    return too_large("the layouts of an append", notes.size(), append_bytes_max);
                bytes += (layout.size() + 7) & ~std::size_t{7};
            }
        texts_.reserve(bytes);
        return {};
    }
    // Requires: the notes that were planned last
    void commit(bytes_view notes) noexcept {
        for (const planned& each : planned_) note(entries_[each.entry], schema_of(notes.subspan(each.note)));
        planned_.clear();
    }

    // All notes among acts that stand one behind the other. Of a version that is noted, the first note stays.
    //
    // Errors: std::bad_alloc; some of them may have been taken in, and may come again
    void take_in(bytes_view acts) {
        for_each_schema(acts, [&](const recorded_schema& each) {
            entry& version = entries_[find_or_add(each.name, name_hash(each.name), each.revision)];
            if (version.is_noted) return true;
            texts_.reserve((each.layout.size() + 7) & ~std::size_t{7});
            note(version, each);
            return true;
        });
    }

    // What is noted, in the order of the first mention; its texts stay where they are as long as the book is.
    //
    // Errors: std::bad_alloc
    std::vector<recorded_schema> all() const {
        std::vector<recorded_schema> noted;
        noted.reserve(static_cast<std::size_t>(count()));
        for (const entry& each : entries_)
            if (each.is_noted) noted.push_back(each.said());
        return noted;
    }

private:
    struct entry {
        const char* name;
        const char* layout;
        const wire_shape* met;  // what was compared last, and fits
        position at;
        timestamp time;
        std::uint32_t hash;
        std::uint32_t layout_bytes;
        std::uint32_t planned;  // its place there, if that is its own
        std::uint16_t revision;
        std::uint8_t name_bytes;
        bool is_noted;

        recorded_schema said() const noexcept {
            return {{name, name_bytes}, revision, {layout, layout_bytes}, at, time};
        }
    };
    struct planned {
        std::uint32_t entry;
        std::size_t note;  // where it stands among the notes
    };
    static constexpr std::uint32_t none = 0xFFFFFFFF;

    // What is recorded as JSON says itself what its fields are.
    static bool is_to_be_noted(const new_event& event) noexcept {
        return event.type.shape != nullptr && event.type.codec == payload_codec::binary;
    }
    bool has_met(const event_type& type) const noexcept {
        const std::uint32_t number = find(type.name, type.hash, type.revision);
        return number != none && entries_[number].met == type.shape;
    }

    // Requires: room for the layout
    void note(entry& version, const recorded_schema& as) noexcept {
        std::byte* const text = texts_.take(as.layout.size());
        store_bytes(text, as_bytes(as.layout));
        version.layout = reinterpret_cast<const char*>(text);
        version.layout_bytes = static_cast<std::uint32_t>(as.layout.size());
        version.at = as.at;
        version.time = as.time;
        version.is_noted = true;
        count_.fetch_add(1, std::memory_order_release);
    }

    std::uint32_t find(std::string_view name, std::uint32_t hash, std::uint16_t revision) const noexcept {
        if (slots_.empty()) return none;
        for (std::size_t at = home(hash, revision); slots_[at] != none; at = (at + 1) & (slots_.size() - 1)) {
            const entry& each = entries_[slots_[at]];
            if (each.hash == hash && each.revision == revision && each.name_bytes == name.size() &&
                are_same(each.name, name.data(), name.size()))
                return slots_[at];
        }
        return none;
    }
    // Errors: std::bad_alloc; nothing that can be found changed
    std::uint32_t find_or_add(std::string_view name, std::uint32_t hash, std::uint16_t revision) {
        const std::uint32_t found = find(name, hash, revision);
        if (found != none) return found;
        if (entries_.size() == entries_.capacity()) entries_.reserve(entries_.empty() ? 32 : entries_.size() * 2);
        if ((entries_.size() + 1) * 2 > slots_.size()) grow();
        std::byte* const text = texts_.take(name.size());
        store_bytes(text, as_bytes(name));
        const auto number = static_cast<std::uint32_t>(entries_.size());
        entries_.push_back({reinterpret_cast<const char*>(text),
                            nullptr,
                            nullptr,
                            {},
                            {},
                            hash,
                            0,
                            0,
                            revision,
                            static_cast<std::uint8_t>(name.size()),
                            false});
        place(number);
        return number;
    }
    void place(std::uint32_t number) noexcept {
        std::size_t at = home(entries_[number].hash, entries_[number].revision);
        while (slots_[at] != none) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = number;
    }
    std::size_t home(std::uint32_t hash, std::uint16_t revision) const noexcept {
        return (hash + std::size_t{revision} * 0x9E3779B1U) & (slots_.size() - 1);
    }
    void grow() {
        std::vector<std::uint32_t> fresh(slots_.empty() ? 64 : slots_.size() * 2, none);
        slots_.swap(fresh);
        for (std::uint32_t number = 0; number < entries_.size(); ++number) place(number);
    }

    std::vector<entry> entries_;
    std::vector<std::uint32_t> slots_;  // numbers of entries
    std::vector<planned> planned_;
    arena texts_;
    std::atomic<std::uint64_t> count_{0};
};

}  // namespace sillok::detail
