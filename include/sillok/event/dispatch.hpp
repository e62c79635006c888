#pragma once
// From recorded events to a handler's typed functions, through a static table of function pointers.
//
//     sillok::dispatcher<balances> to_balances;                    // what it takes is in balances::events
//     for (const sillok::record_view record : records)
//         if (auto done = to_balances.dispatch(view, record); !done) return done;
//
// This is the only way from bytes to handlers: it finds the event's place by name and revision, decodes the revision that
// was recorded, lifts it to the current struct and calls the one function that takes it.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sillok/codec/binary.hpp"
#include "sillok/core/assert.hpp"
#include "sillok/core/bytes.hpp"
#include "sillok/core/error.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/decode_slots.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/event_codec.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/handler.hpp"
#include "sillok/event/metadata.hpp"
#include "sillok/event/parts.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/event/upcast.hpp"

namespace sillok {

// Decodes recorded events and hands them to a handler. Events of the context that the handler did not select are passed
// over without decoding. `Codec` reads binary payloads, `Json` those that were recorded as JSON, unless the event's own codecs do.
//
// To compile the functions of a large handler only once, declare `extern template class sillok::dispatcher<balances>;` and
// write `template class sillok::dispatcher<balances>;` in one source file.
//
// Threads:    one at a time; it keeps the structs into which it decodes.
// Complexity: O(bytes) per event, whatever the number of event types. Allocates only where a string or list is longer than
//             any before in the same field.
template <class Handler, class Codec = binary_codec, class Json = no_codec>
class dispatcher : private detail::dispatch_state {
    using world = catalogue_of<Handler>;

public:
    explicit dispatcher(unknown policy = unknown::fail);
    // Unknown events go to the handler's `on_unknown`, as they were recorded.
    template <std::same_as<unknown::kept> Policy>
    explicit dispatcher(Policy policy) : dispatch_state(policy) {
        static_cast<void>(require::handler_keeps_unknown<Handler>());
    }

    // Hands a recorded event to the handler.
    //
    // Requires: a well-formed record (`is_record`); its payload may hold anything.
    // Errors:   unknown_event, by policy; malformed, which names event, revision, position, stream and field; the handler
    //           was not called then. Whatever the handler's function returns.
    result<void> dispatch(Handler& handler, record_view record) {
        if (dispatch_to(handler, record, record.type_word(), events_taken<Handler>{})) [[likely]]
            return {};
        return take_failure();
    }

    // Hands over an event that is at hand, by its place in the catalogue (`entry_index`).
    //
    // Requires: `event` points to the current struct of that place.
    // Errors:   whatever the handler's function returns.
    result<void> deliver(Handler& handler, std::size_t entry, const void* event, metadata about) {
        if (deliver_to(handler, static_cast<std::uint32_t>(entry), event, about, events_taken<Handler>{})) [[likely]]
            return {};
        return take_failure();
    }

    // How many unknown events were passed over or kept, where that is the policy, and how many that are retired.
    using dispatch_state::counts;

private:
    template <class, class, class>
    friend class batch_dispatcher;
    static constexpr bool is_sound = detail::handler_is_sound<Handler>();
    static constexpr std::size_t rows = detail::rows_of(typename world::entries{});
    static constexpr bool has_former_names = detail::former_names_of<world>.size != 0;
    static constexpr bool reads_json = !std::same_as<Json, no_codec> || detail::any_is_coded(typename world::entries{});

    // What reads an event's payloads in a format.
    template <payload_codec Format, class Event>
    using reader =
        typename detail::reader_of_event<Format, std::conditional_t<Format == payload_codec::binary, Codec, Json>,
                                         Event>::type;

    using record_function = bool (*)(dispatcher&, Handler&, record_view);
    using object_function = bool (*)(dispatcher&, Handler&, const void*, metadata);

    struct row_table {
        record_function at[rows + 1];
    };
    struct entry_table {
        object_function at[world::size + 1];
    };

    // Defined outside of the class, so that `extern template` keeps everything that they refer to out of other sources.
    static const row_table by_row_;
    static const row_table by_row_from_json_;
    static const entry_table by_entry_;

    [[no_unique_address]] detail::decode_slots<events_taken<Handler>> slots_{};

    static constexpr std::string_view name_of(std::size_t entry) noexcept {
        return detail::entries_of<world>.list[entry].current.name;
    }

    // A handful of events is told apart by comparing the record's word itself: a wrong guess of that costs a processor less
    // than one of a jump through a table. More of them go through the table.
    static constexpr std::size_t words_compared_max = 12;

    template <class... E>
    [[gnu::always_inline]] bool dispatch_to(Handler& handler, record_view record, std::uint64_t word, types<E...>) {
        if constexpr (is_sound && rows <= words_compared_max) {
            bool good = true;
            if ((compare_words<E>(handler, record, word, good,
                                  typename detail::place_in<world, E>::event::versions{}) ||
                 ...))
                return good;
            return dispatch_displaced(handler, record);
        } else {
            const auto& index = detail::index_of_rows<world>;
            const auto& slot = index.table[index.home(word)];
            return slot.word == word ? by_row_.at[slot.row](*this, handler, record)
                                     : dispatch_displaced(handler, record);
        }
    }

    template <class E, class... V>
    [[gnu::always_inline]] bool compare_words(Handler& handler, record_view record, std::uint64_t word, bool& good,
                                              types<V...> versions) {
        return ((word == detail::type_word(event_type_of<world, V>.hash, event_type_of<world, V>.revision)
                     ? (good = function_for<reader<payload_codec::binary, typename detail::place_in<world, E>::event>,
                                            V, E, entry_index<world, E>, decltype(versions)>()(*this, handler, record),
                        true)
                     : false) ||
                ...);
    }

    // A row that is not at its home in the index, or none.
    [[gnu::noinline]] bool dispatch_displaced(Handler& handler, record_view record) {
        const auto& slot = detail::index_of_rows<world>.find(record.type_word());
        return slot.word != 0 ? by_row_.at[slot.row](*this, handler, record) : dispatch_rare(handler, record);
    }

    // What the table of binary payloads does not have: another codec, or nothing that the catalogue knows.
    [[gnu::__cold__]] bool dispatch_rare(Handler& handler, record_view record) {
        const auto& slot = detail::index_of_rows<world>.find(detail::type_word(record.type_hash(), record.revision()));
        if (slot.word == 0 || !detail::is_named<world>(record, slot.entry)) return judge_unknown(handler, record);
        if constexpr (reads_json)
            if (record.codec() == payload_codec::json && by_row_from_json_.at[slot.row] != &pass_over)
                return by_row_from_json_.at[slot.row](*this, handler, record);
        if (by_row_.at[slot.row] == &pass_over) return pass_over(*this, handler, record);
        return meet_foreign_codec(record);
    }

    [[gnu::__cold__]] bool judge_unknown([[maybe_unused]] Handler& handler, record_view record) {
        if (is_retired<world>(record)) return meet_retired();
        const auto& slot = detail::index_of_rows<world>.find(detail::type_word(record.type_hash(), 1));
        const bool has_the_name = slot.word != 0 && detail::is_named<world>(record, slot.entry);
        const std::uint16_t revisions =
            has_the_name ? detail::entries_of<world>.list[slot.entry].current.revision : std::uint16_t{0};
        if constexpr (keeps_unknown<Handler>)
            if (keeps()) return give_unknown(handler, {record, revisions});
        return meet_unknown(record, revisions);
    }

    // An event of the context that the handler did not select.
    static bool pass_over(dispatcher& self, Handler& handler, record_view record) {
        return find_entry<world>(record) != npos ? true : self.judge_unknown(handler, record);
    }
    static bool pass_over_object(dispatcher&, Handler&, const void*, metadata) { return true; }

    template <class Reader, class E, std::size_t Entry>
    static bool from_current(dispatcher& self, Handler& handler, record_view record) {
        if (!detail::has_name(record, name_of(Entry)) && !(has_former_names && detail::is_named<world>(record, Entry)))
            [[unlikely]]
            return self.judge_unknown(handler, record);
        if constexpr (handles_as_view<Handler, E> && format_of<Reader> == payload_codec::binary) {
            using view = detail::view_of_event<Handler, E>;
            view value{};
            if (!reads<Reader>(record, value)) [[unlikely]]
                return self.explain(record, detail::explanation_of<Reader, view>());
            return self.give(handler, value, metadata(record));
        } else {
            [[maybe_unused]] std::conditional_t<detail::is_kept<E>, no_codec, E> local{};
            E* value;
            if constexpr (detail::is_kept<E>)
                value = &self.slots_;
            else
                value = &local;
            // What follows is a function for every event: it is written out where a function of its own would cost the
            // compiler another millisecond.
            if constexpr (detail::quiet_codec<Reader>) {
                if (!Reader::reads(record.payload(), *value)) [[unlikely]]
                    return self.explain(record, detail::explanation_of<Reader, E>());
            } else {
                if (!Reader::decode(record.payload(), *value).has_value()) [[unlikely]]
                    return self.explain(record, detail::explanation_of<Reader, E>());
            }
            return self.hand_over(handler, static_cast<const E&>(*value), record);
        }
    }

    template <class Reader, class Old, class Later, std::size_t Entry>
    static bool from_old(dispatcher& self, Handler& handler, record_view record) {
        if (!detail::has_name(record, name_of(Entry)) && !(has_former_names && detail::is_named<world>(record, Entry)))
            [[unlikely]]
            return self.judge_unknown(handler, record);
        Old old{};
        if constexpr (detail::quiet_codec<Reader>) {
            if (!Reader::reads(record.payload(), old)) [[unlikely]]
                return self.explain(record, detail::explanation_of<Reader, Old>());
        } else {
            if (!Reader::decode(record.payload(), old).has_value()) [[unlikely]]
                return self.explain(record, detail::explanation_of<Reader, Old>());
        }
        if constexpr (!detail::chain_splits_from<Old, Later>)
            return self.hand_over(handler, detail::lift(old, Later{}), record);
        else
            return self.give_parts(handler, old, Later{}, record);
    }

    // `give` without a function of its own where the handler takes the struct alone.
    template <class E>
    [[gnu::always_inline]] bool hand_over(Handler& handler, const E& value, record_view record) {
        if constexpr (detail::form_of<Handler, E> == detail::handler_form::apply)
            handler.apply(value);
        else if constexpr (detail::form_of<Handler, E> == detail::handler_form::on)
            handler.on(value);
        else
            return give(handler, value, metadata(record));
        return true;
    }

    // What was one event and is several: the handler is given those that it takes, up to the first that fails.
    template <class Old, class Later>
    bool give_parts(Handler& handler, const Old& old, Later later, record_view record) {
        bool good = true;
        std::uint32_t part = 0;
        const auto give_part = [&]<class E>(const E& value) {
            if constexpr (contains<events_taken<Handler>, E>)
                good = good && give(handler, value, metadata(record, part));
            ++part;
        };
        detail::lift_all<world>(old, later, give_part);
        return good;
    }

    template <class Reader, class T>
    static bool reads(record_view record, T& into) {
        if constexpr (detail::quiet_codec<Reader>)
            return Reader::reads(record.payload(), into);
        else
            return Reader::decode(record.payload(), into).has_value();
    }

    template <class E>
    static bool from_object(dispatcher& self, Handler& handler, const void* event, metadata about) {
        return self.give(handler, *static_cast<const E*>(event), about);
    }

    // Few events are told apart by comparisons, which compilers turn into one jump to the handler's inlined function; many
    // by a table of functions.
    static constexpr std::size_t compared_max = 128;

    template <class... E>
    [[gnu::always_inline]] bool deliver_to(Handler& handler, std::uint32_t entry, const void* event, metadata about,
                                           types<E...>) {
        if constexpr (is_sound && sizeof...(E) <= compared_max) {
            bool good = true;
            static_cast<void>(
                ((entry == entry_index<world, E> ? (good = from_object<E>(*this, handler, event, about), true)
                                                 : false) ||
                 ...));
            return good;
        } else {
            return by_entry_.at[entry](*this, handler, event, about);
        }
    }

    // Calls the handler's function for a struct or a view. Where a view is wanted and a struct is at hand, one that was
    // lifted or never recorded, the struct is written as it would be recorded.
    template <class T>
    bool give(Handler& handler, const T& value, const metadata& about) {
        if constexpr (handles_as_view<Handler, T>) {
            byte_buffer bytes;
            Codec::encode(value, bytes);
            detail::view_of_event<Handler, T> view{};
            if (auto done = Codec::decode(bytes.view(), view); !done) return give_up(std::move(done).error());
            return give(handler, view, about);
        } else if constexpr (std::same_as<decltype(sillok::deliver(handler, value, about)), result<void>>) {
            if (auto done = sillok::deliver(handler, value, about); !done) return give_up(std::move(done).error());
            return true;
        } else {
            static_cast<void>(sillok::deliver(handler, value, about));
            return true;
        }
    }

    // --- the tables ---

    template <class Reader, class Version, class E, std::size_t Entry, class Versions>
    static consteval record_function function_for() {
        if constexpr (std::same_as<Version, E>)
            return &from_current<Reader, E, Entry>;
        else
            return &from_old<Reader, Version, typename detail::versions_after<Version, Versions>::type, Entry>;
    }

    template <class Reader, class E, std::size_t Entry, class... V>
    static consteval bool add_rows(row_table& to, types<V...> versions) {
        if constexpr (!std::same_as<Reader, no_codec>) {
            std::size_t row = detail::entries_of<world>.list[Entry].first_row;
            for (const record_function each : {function_for<Reader, V, E, Entry, decltype(versions)>()...})
                to.at[row++] = each;
        }
        return true;
    }

    // Rows of an event that the handler does not take, and that became what it takes.
    template <class Reader, class Event, class... V>
    static constexpr bool add_split_rows(row_table& to, types<V...> versions) {
        constexpr std::size_t entry = entry_index<world, typename Event::current>;
        std::size_t row = detail::entries_of<world>.list[entry].first_row;
        const auto add = [&]<class Version>(std::type_identity<Version>) {
            using later = typename detail::versions_after<Version, decltype(versions)>::type;
            if constexpr (detail::chain_splits_from<Version, later> &&
                          detail::becomes_any<world, events_taken<Handler>, Version>(later{}))
                to.at[row] = &from_old<Reader, Version, later, entry>;
            ++row;
        };
        (add(std::type_identity<V>{}), ...);
        return true;
    }
    template <payload_codec Format, class... Event>
    static constexpr bool add_all_split_rows(row_table& to, types<Event...>) {
        if constexpr (!detail::all_of({true, !Event::is_split...})) {
            const auto add = [&]<class One>(std::type_identity<One>) {
                if constexpr (One::is_split && !contains<events_taken<Handler>, typename One::current> &&
                              !std::same_as<reader<Format, One>, no_codec>)
                    add_split_rows<reader<Format, One>, One>(to, typename One::versions{});
                return true;
            };
            const bool added[] = {add(std::type_identity<Event>{})...};
            return added[0];
        }
        return true;
    }

    template <payload_codec Format, class... E>
    static consteval row_table rows_for(types<E...>) {
        row_table made{};
        for (record_function& each : made.at) each = &pass_over;
        if constexpr (is_sound && (Format == payload_codec::binary || reads_json)) {
            detail::all_of(
                {true, add_rows<reader<Format, typename detail::place_in<world, E>::event>, E, entry_index<world, E>>(
                           made, typename detail::place_in<world, E>::event::versions{})...});
            add_all_split_rows<Format>(made, typename world::entries{});
        }
        return made;
    }

    template <class... E>
    static consteval entry_table entries_for(types<E...>) {
        entry_table made{};
        for (object_function& each : made.at) each = &pass_over_object;
        if constexpr (is_sound) detail::all_of({true, (made.at[entry_index<world, E>] = &from_object<E>, true)...});
        return made;
    }
};

template <class Handler, class Codec, class Json>
dispatcher<Handler, Codec, Json>::dispatcher(unknown policy) : dispatch_state(policy) {}

template <class Handler, class Codec, class Json>
const typename dispatcher<Handler, Codec, Json>::row_table dispatcher<Handler, Codec, Json>::by_row_ =
    rows_for<payload_codec::binary>(events_taken<Handler>{});

template <class Handler, class Codec, class Json>
const typename dispatcher<Handler, Codec, Json>::row_table dispatcher<Handler, Codec, Json>::by_row_from_json_ =
    rows_for<payload_codec::json>(events_taken<Handler>{});

template <class Handler, class Codec, class Json>
const typename dispatcher<Handler, Codec, Json>::entry_table dispatcher<Handler, Codec, Json>::by_entry_ =
    entries_for(events_taken<Handler>{});

}  // namespace sillok
