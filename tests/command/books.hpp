#pragma once
// The domain of the tests of snapshots: books whose states depend on every event, old versions and a summary that tells less
// than there was.

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "sillok/command/aggregate.hpp"
#include "sillok/command/decision.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/metadata.hpp"

namespace books {

namespace v1 {
struct entry_added {
    std::int32_t amount;
};
struct other_entry_added {
    std::int16_t amount;
};
}  // namespace v1
struct entry_added {
    std::int64_t amount;
    std::string text;
    static entry_added upcast(const v1::entry_added& old) { return {old.amount, "old"}; }
    static entry_added upcast(const v1::other_entry_added& old) { return {old.amount, "old"}; }
};
struct closed {
    std::int64_t sum;
};

struct book_events
    : sillok::events<sillok::event<"entry.added", v1::entry_added, entry_added>, sillok::event<"book.closed", closed>> {
};
struct renamed_events
    : sillok::events<sillok::event<"entry.made", v1::entry_added, entry_added>, sillok::event<"book.closed", closed>> {
};
struct reordered_events
    : sillok::events<sillok::event<"book.closed", closed>, sillok::event<"entry.added", v1::entry_added, entry_added>> {
};
struct one_version_events
    : sillok::events<sillok::event<"entry.added", entry_added>, sillok::event<"book.closed", closed>> {};
struct other_old_version_events : sillok::events<sillok::event<"entry.added", v1::other_entry_added, entry_added>,
                                                 sillok::event<"book.closed", closed>> {};

struct formerly_named_events
    : sillok::events<sillok::event<"entry.added", sillok::formerly<"entry.made">, v1::entry_added, entry_added>,
                     sillok::event<"book.closed", closed>> {};
struct retiring_events : sillok::events<sillok::event<"entry.added", v1::entry_added, entry_added>,
                                        sillok::event<"book.closed", closed>, sillok::retired<"book.lost">> {};

struct add {
    std::int64_t amount;
    std::string text;
};
struct close_book {};

// A hash that depends on every event and its order.
inline std::uint64_t mixed(std::uint64_t before, std::uint64_t more) { return (before ^ more) * 1099511628211U + 1; }

struct book {
    static constexpr sillok::name name = "book";
    using events = book_events;
    using commands = sillok::commands<add, close_book>;
    using summaries = sillok::summaries<closed>;

    std::int64_t sum = 0;
    std::uint64_t entries = 0;  // since the book was last begun
    std::uint64_t mix = 0;
    std::string last;
    std::vector<std::int64_t> amounts;  // the last few

    void apply(const entry_added& e) {
        sum += e.amount;
        ++entries;
        mix = mixed(mix, static_cast<std::uint64_t>(e.amount));
        last = e.text;
        amounts.push_back(e.amount);
        if (amounts.size() > 5) amounts.erase(amounts.begin());
    }
    void apply(const closed& e, const sillok::metadata& about) {
        sum = e.sum;
        mix = mixed(mix, about.version().value);
        last = "closed";
    }
    sillok::decision<entry_added> decide(const add& c) const {
        if (c.amount == 0) return sillok::reject("nothing is added");
        return entry_added{c.amount, c.text};
    }
    sillok::decision<closed> decide(const close_book&) const { return closed{sum}; }

    friend bool operator==(const book&, const book&) = default;
};

// Another view of the same books.
struct with_average {
    static constexpr sillok::name name = "book";
    using events = book_events;
    using commands = sillok::commands<add>;

    std::int64_t sum = 0;
    std::int64_t entries = 0;

    std::int64_t average() const { return entries == 0 ? 0 : sum / entries; }
    void apply(const entry_added& e) {
        sum += e.amount;
        ++entries;
    }
    void apply(const closed&) {}
    sillok::decision<entry_added> decide(const add& c) const { return entry_added{c.amount, c.text}; }
};

// One state, of events, with a version and summaries to choose.
template <class Events, int Version, class... Summaries>
struct variant_of {
    static constexpr sillok::name name = "book";
    static constexpr int snapshot_version = Version;
    using events = Events;
    using commands = sillok::commands<add>;
    using summaries = sillok::summaries<Summaries...>;

    std::int32_t something = 0;

    void apply(const entry_added&) { something += 1 + Version; }
    void apply(const closed&) {}
    sillok::decision<entry_added> decide(const add& c) const { return entry_added{c.amount, c.text}; }
};

// What has a field that cannot be recorded, and keeps a list instead.
struct kept_shelf {
    std::vector<std::string> titles;
};
struct shelf {
    static constexpr sillok::name name = "shelf";
    static constexpr std::uint32_t snapshot_version = 2;
    using events = book_events;
    using commands = sillok::commands<add>;
    using snapshot = kept_shelf;

    std::unordered_set<std::string> titles;

    kept_shelf kept() const { return {{titles.begin(), titles.end()}}; }
    static shelf restored(const kept_shelf& from) {
        shelf made;
        made.titles.insert(from.titles.begin(), from.titles.end());
        return made;
    }

    void apply(const entry_added& e) { titles.insert(e.text); }
    void apply(const closed&) { titles.clear(); }
    sillok::decision<entry_added> decide(const add& c) const { return entry_added{c.amount, c.text}; }
};

}  // namespace books
