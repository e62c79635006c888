#pragma once
// The schema lock: a file that says what every version of a catalogue's events looks like, and that fails the build where one of
// them looks different. It is written by a target of the build (cmake/sillokSchemaLock.cmake) and committed.
//
//     constexpr sillok::locked_layout locked[] = {
//     #include "schema/bank.lock"
//         {}};
//     constexpr bool is_locked = sillok::require_lock<bank_events, locked>();
//
// The check is made by the compiler, so it needs no program to run, and before anything is recorded.

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "sillok/codec/encodable.hpp"
#include "sillok/codec/layout.hpp"
#include "sillok/codec/layout_change.hpp"
#include "sillok/codec/weak_layout.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/core/shown_text.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/catalogue_tables.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_type.hpp"

namespace sillok {

// A version of an event as it was locked. One without a name stands for nothing: it ends a list, which may else be empty.
struct locked_layout {
    std::string_view name{};
    std::uint16_t revision = 0;
    std::string_view layout{};
};

}  // namespace sillok

namespace sillok::require {

// Texts that compilers print: their characters, one by one, since they print a string as numbers.
template <char... Text>
struct named;
template <std::uint16_t Revision>
struct revision;
template <char... Text>
struct field;
template <char... Text>
struct was;
template <char... Text>
struct is;

template <class Struct, class Name, class Revision, class Field, class Was, class Is>
consteval bool version_looks_as_it_was_locked() {
    static_assert(!std::same_as<Struct, Struct>,
                  "sillok[E0301]: the layout of a version that was locked may not change. "
                  "Fix: take the change back, and add a struct with it as a new version of the event. "
                  "See docs/errors.md#E0301");
    return true;
}

template <class Struct, class Name, class Revision>
consteval bool version_is_locked() {
    static_assert(!std::same_as<Struct, Struct>,
                  "sillok[E0302]: a version of an event must be in the lock of its catalogue before it is recorded. "
                  "Fix: build the target that writes the lock, and commit the file. See docs/errors.md#E0302");
    return true;
}

template <class Catalogue, class Name, class Revision>
consteval bool locked_version_is_in_the_catalogue() {
    static_assert(
        !std::same_as<Catalogue, Catalogue>,
        "sillok[E0303]: a version of an event that was locked must stay in the catalogue. "
        "Fix: put it back; where its event was renamed, write `sillok::formerly<\"the.old.name\">` behind the new name, where it is over, "
        "`sillok::retired<\"its.name\">`; where it was never recorded, take its lines off the lock. "
        "See docs/errors.md#E0303");
    return true;
}

}  // namespace sillok::require

namespace sillok::detail {

// The entries of a lock, found by name and revision.
template <std::size_t Size>
struct lock_index {
    static constexpr std::size_t buckets = std::bit_ceil(Size * 2 + 2);

    const locked_layout* entries;
    std::uint64_t words[Size]{};    // of each entry; 0 where it has no name
    std::size_t places[buckets]{};  // counted from 1

    consteval explicit lock_index(const locked_layout (&list)[Size]) : entries(list) {  // NOLINT(*-avoid-c-arrays)
        for (std::size_t i = 0; i < Size; ++i) {
            if (list[i].name.empty()) continue;
            words[i] = word_of({list[i].name, list[i].revision});
            std::size_t at = home(words[i]);
            while (places[at] != 0) at = (at + 1) % buckets;
            places[at] = i + 1;
        }
    }

    // The entries for a version, of which a merge may have left two; `npos` behind the last.
    constexpr std::size_t first(const event_type& type) const noexcept { return seek(type, home(word_of(type))); }
    constexpr std::size_t next(const event_type& type, std::size_t place) const noexcept {
        std::size_t at = home(words[place]);
        while (places[at] != place + 1) at = (at + 1) % buckets;
        return seek(type, (at + 1) % buckets);
    }

private:
    static constexpr std::uint64_t word_of(const event_type& type) noexcept {
        return type_word(type.hash, type.revision);
    }
    static constexpr std::size_t home(std::uint64_t word) noexcept {
        return static_cast<std::size_t>((word * 0x9E3779B97F4A7C15U) >> 32) % buckets;
    }
    constexpr std::size_t seek(const event_type& type, std::size_t at) const noexcept {
        for (; places[at] != 0; at = (at + 1) % buckets) {
            const std::size_t place = places[at] - 1;
            if (words[place] == word_of(type) && entries[place].name == type.name) return place;
        }
        return npos;
    }
};

template <auto& Locked>
inline constexpr lock_index index_of_lock{Locked};

enum class lock_state : unsigned char { same, changed, missing };

struct lock_verdict {
    lock_state state = lock_state::missing;
    std::string_view locked{};  // the layout that changed
};

// The names under which a lock may have an event: what it is called and what it was called.
template <class Event>
struct names_in_lock {
    static constexpr std::size_t size = Event::former_size + 1;
    std::string_view list[size]{Event::type().name};
    consteval names_in_lock() {
        std::size_t at = 1;
        for (const std::string_view name : Event::former()) list[at++] = name;
    }
};

// Of a version that has to be in the lock under the name that is recorded, and fits every entry under the names that were.
template <class Event, std::size_t Size>
constexpr lock_verdict judge_version(const lock_index<Size>& lock, std::uint16_t revision, std::string_view layout) {
    lock_verdict verdict;
    bool is_current = true;
    for (const std::string_view name : names_in_lock<Event>().list) {
        const event_type type(name, revision);
        for (std::size_t place = lock.first(type); place != npos; place = lock.next(type, place)) {
            const locked_form locked(lock.entries[place].layout);
            if (layout != locked.layout && !still_reads(layout, locked))
                return {lock_state::changed, lock.entries[place].layout};
            if (is_current) verdict.state = lock_state::same;
        }
        is_current = false;
    }
    return verdict;
}

// Whether a locked version is one of the catalogue's, or of an event that is retired.
template <class Catalogue>
consteval bool has_locked(std::uint64_t word, std::string_view name) {
    if (retired_names_of<Catalogue>.has(name)) return true;
    const auto& slot = index_of_rows<Catalogue>.find(word);
    if (slot.word == 0) return false;
    if (entries_of<Catalogue>.list[slot.entry].current.name == name) return true;
    const auto& former = former_names_of<Catalogue>;
    for (std::size_t i = 0; i < former.size; ++i)
        if (former.list[i].entry == slot.entry && former.list[i].name == name) return true;
    return false;
}

// The entries of a lock that the catalogue has not, by their places.
template <std::size_t Size>
struct lost_versions {
    std::size_t places[Size]{};
    std::size_t count = 0;
};
template <class Catalogue, std::size_t Size>
consteval auto find_lost(const lock_index<Size>& lock) {
    lost_versions<Size> lost;
    for (std::size_t i = 0; i < Size; ++i)
        if (lock.words[i] != 0 && !has_locked<Catalogue>(lock.words[i], lock.entries[i].name))
            lost.places[lost.count++] = i;
    return lost;
}

consteval shown_text show_path(const layout_change& change) {
    shown_text shown;
    for (std::size_t i = 0; i < change.depth; ++i) {
        if (i != 0) shown.put(".");
        shown.put(change.path[i]);
    }
    return shown;
}

// The texts of a message, each as a type that has it.
template <class Event>
struct shown_name {
    static constexpr shown_text value = show(Event::type().name);
};
template <auto& Locked, std::size_t Place>
struct shown_locked {
    static constexpr shown_text value = show(Locked[Place].name);
};
template <class Change>
struct shown_path {
    static constexpr shown_text value = show_path(Change::value);
};
template <class Change>
struct shown_recorded {
    static constexpr shown_text value = show(Change::value.recorded);
};
template <class Change>
struct shown_now {
    static constexpr shown_text value = show(Change::value.now);
};

// A version that is not as the lock says.
struct lock_failure {
    std::size_t entry = 0;
    std::size_t revision = 0;
    lock_verdict verdict{};
};
template <std::size_t Size>
struct lock_failures {
    lock_failure list[Size + 1]{};
    std::size_t count = 0;
};

// A layout, or a null text for what cannot be recorded, of which one error has said why.
template <class V>
consteval std::string_view layout_if_any() {
    if constexpr (require::encodable_type<V>())
        return layout_of<V>;
    else
        return {};
}

template <class Event, auto& Locked, class... V>
consteval auto judge_versions(types<V...>) {
    lock_failures<sizeof...(V)> failures;
    std::uint16_t revision = 0;
    for (const std::string_view layout : {layout_if_any<V>()...}) {
        ++revision;
        if (layout.data() == nullptr) continue;
        const lock_verdict verdict = judge_version<Event>(index_of_lock<Locked>, revision, layout);
        if (verdict.state != lock_state::same) failures.list[failures.count++] = {0, revision, verdict};
    }
    return failures;
}

// Compares a layout with a text while it is told, which costs compilers a third of writing it down.
struct layout_matcher {
    std::string_view rest;
    bool same = true;

    constexpr void put(std::string_view piece) {
        if (piece.size() > rest.size()) same = false;
        if (!same) return;
        for (std::size_t i = 0; i < piece.size(); ++i)
            if (piece[i] != rest[i]) same = false;
        rest.remove_prefix(piece.size());
    }
};

template <class V, class Event, std::size_t Size>
consteval bool matches(const lock_index<Size>& lock, std::uint16_t revision) {
    if constexpr (!encodable<V>) {
        return false;
    } else {
        bool found = false;
        bool is_current = true;
        for (const std::string_view name : names_in_lock<Event>().list) {
            const event_type type(name, revision);
            for (std::size_t place = lock.first(type); place != npos; place = lock.next(type, place)) {
                layout_matcher matcher{locked_form(lock.entries[place].layout).layout};
                layout_writer(matcher).write(shape_of<V>::value);
                if (!matcher.same || !matcher.rest.empty()) return false;
                if (is_current) found = true;
            }
            is_current = false;
        }
        return found;
    }
}

template <class Event, auto& Locked, class... V, std::size_t... I>
consteval auto judge_event(types<V...> versions, std::index_sequence<I...>) {
    if constexpr (all_of({matches<V, Event>(index_of_lock<Locked>, I + 1)...}))
        return lock_failures<0>{};
    else
        return judge_versions<Event, Locked>(versions);
}

// What is wrong with one event. Each is an evaluation of its own, since compilers count the steps of one.
template <class Catalogue, auto& Locked, std::size_t Entry>
inline constexpr auto failures_of = judge_event<element<typename Catalogue::entries, Entry>, Locked>(
    typename element<typename Catalogue::entries, Entry>::versions{},
    std::make_index_sequence<element<typename Catalogue::entries, Entry>::versions::size>{});

// What is wrong with all of them. What fails is reported from this list, so that no message spells out the whole catalogue.
template <class Catalogue, auto& Locked, std::size_t... Entry>
consteval auto find_failures(std::index_sequence<Entry...>) {
    lock_failures<rows_of(typename Catalogue::entries{})> all;
    [[maybe_unused]] const auto add = [&](std::size_t entry, const lock_failure* list, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) all.list[all.count++] = {entry, list[i].revision, list[i].verdict};
        return true;
    };
    all_of(
        {true, add(Entry, failures_of<Catalogue, Locked, Entry>.list, failures_of<Catalogue, Locked, Entry>.count)...});
    return all;
}

template <class Catalogue, auto& Locked>
inline constexpr auto all_failures = find_failures<Catalogue, Locked>(std::make_index_sequence<Catalogue::size>{});

template <class Catalogue, auto& Locked, std::size_t Place>
struct failed_version {
    static constexpr lock_failure failure = all_failures<Catalogue, Locked>.list[Place];
    using event = element<typename Catalogue::entries, failure.entry>;
    using version = element<typename event::versions, failure.revision - 1>;
    using name = told_as<require::named, shown_name<event>>;
    using revision = require::revision<failure.revision>;
    // Only of one whose layout changed.
    static constexpr layout_change value = change_since(locked_form(failure.verdict.locked), layout_of<version>);
};

template <class Catalogue, auto& Locked, std::size_t Place>
consteval bool report_failure() {
    using failed = failed_version<Catalogue, Locked, Place>;
    using version = typename failed::version;
    if constexpr (failed::failure.verdict.state == lock_state::missing)
        return !require::version_is_locked<version, typename failed::name, typename failed::revision>();
    else
        return !require::version_looks_as_it_was_locked<
            version, typename failed::name, typename failed::revision, told_as<require::field, shown_path<failed>>,
            told_as<require::was, shown_recorded<failed>>, told_as<require::is, shown_now<failed>>>();
}

template <class Catalogue, auto& Locked, std::size_t... I>
consteval bool report_failures(std::index_sequence<I...>) {
    return all_of({true, report_failure<Catalogue, Locked, I>()...});
}

template <class Catalogue, auto& Locked>
inline constexpr auto all_lost = find_lost<Catalogue>(index_of_lock<Locked>);

template <class Catalogue, auto& Locked, std::size_t Place>
consteval bool report_lost() {
    return !require::locked_version_is_in_the_catalogue<Catalogue, told_as<require::named, shown_locked<Locked, Place>>,
                                                        require::revision<Locked[Place].revision>>();
}

template <class Catalogue, auto& Locked, std::size_t... I>
consteval bool report_all_lost(std::index_sequence<I...>) {
    return all_of({true, report_lost<Catalogue, Locked, all_lost<Catalogue, Locked>.places[I]>()...});
}

}  // namespace sillok::detail

namespace sillok {

// Whether a catalogue is as its lock says; where it is not, one error for each version says so. `Locked` is an array of
// locked_layout, in any order.
//
// Complexity: linear in versions and in the characters of their layouts, when compiling
template <class Catalogue, const auto& Locked>
consteval bool require_lock() {
    if constexpr (!require::is_a_catalogue<Catalogue>()) {
        return false;
    } else if constexpr (!Catalogue::is_sound) {
        return false;
    } else {
        constexpr std::size_t failed = detail::all_failures<Catalogue, Locked>.count;
        constexpr std::size_t lost = detail::all_lost<Catalogue, Locked>.count;
        return detail::all_of({detail::report_failures<Catalogue, Locked>(std::make_index_sequence<failed>{}),
                               detail::report_all_lost<Catalogue, Locked>(std::make_index_sequence<lost>{})});
    }
}

}  // namespace sillok
