#pragma once
// From many recorded events at once to a handler that does not mind the order across types: type by type, so that a processor need
// not guess for each event which function comes next.
//
//     sillok::batch_dispatcher<turnover> to_turnover;             // turnover says order_across_types = false
//     if (auto done = to_turnover.dispatch(view, records); !done) return done;

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sillok/codec/binary.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/catalogue_index.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/event_list.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/type_order.hpp"
#include "sillok/event/unknown.hpp"

namespace sillok::detail {

// To which group the records of each row of a catalogue belong: those of an event that the handler takes to its group, all others
// to the last one. In a group the order is that of the log.
template <std::size_t Rows>
struct row_groups {
    static constexpr std::uint32_t group_of = 0xFFFF;
    static constexpr std::uint32_t is_plain = 0;
    static constexpr std::uint32_t is_old = 0x1'0000;  // what is found out record by record
    static constexpr std::uint32_t is_apart =
        0x2'0000;  // becomes events of several types: what is before it comes first
    static constexpr std::uint32_t is_strange = 0x4'0000;  // not in the table of rows

    std::uint32_t at[Rows + 1]{};
};

// Calls as it is.
struct unguarded {
    template <class Call>
    result<void> operator()(Call call) const {
        return call();
    }
};

}  // namespace sillok::detail

namespace sillok {

// Hands over the same events as a dispatcher, with the same results and counts. Within a type, whatever the revision, the order is that
// of the log; an old event that becomes several is handed over behind all that is before it and ahead of all that is behind it.
// Everything is in order where the handler does not say that it does not mind, where it keeps unknown events, and where the types can be
// guessed from those before.
//
// Threads:    one at a time, as a dispatcher
// Complexity: O(bytes) per event, whatever the number of event types; 23 KiB of its own
template <class Handler, class Codec = binary_codec, class Json = no_codec>
class batch_dispatcher {
    using world = catalogue_of<Handler>;
    using taken_types = events_taken<Handler>;
    using single = dispatcher<Handler, Codec, Json>;
    using groups_table = detail::row_groups<single::rows>;

public:
    explicit batch_dispatcher(unknown policy = unknown::fail) : one_(policy) {}
    template <std::same_as<unknown::kept> Policy>
    explicit batch_dispatcher(Policy policy) : one_(policy) {}

    // Hands recorded events to the handler.
    //
    // Requires: well-formed records, in the order of their positions
    // Errors:   those of a dispatcher. The handler has had all events before the one that `failed` then, and those behind it that are
    //           in `ahead`; where several fail, the first is meant. `guard(call)` calls; what it returns instead of throwing is
    //           an error like others.
    template <class Guard = detail::unguarded>
    result<void> dispatch(Handler& handler, std::span<const record_view> records, Guard guard = {}) {
        taken_ = 0;
        ahead_.clear();
        while (!records.empty()) {
            line_up(records);
            auto done = guard([&] { return run(handler) ? result<void>() : one_.take_failure(); });
            if (!done) [[unlikely]]
                return meet(handler, std::move(done).error(), guard);
            taken_ += count_;
            records = records.subspan(count_);
        }
        return {};
    }

    // One event, as a dispatcher does.
    result<void> dispatch(Handler& handler, record_view record) { return one_.dispatch(handler, record); }

    // Of the last call: how many events were handed over; and, where it failed, the one that did, and the positions of those behind
    // it that were handed over nevertheless, ascending.
    std::uint64_t taken() const noexcept { return taken_; }
    record_view failed() const noexcept { return failed_; }
    std::span<const position> ahead() const noexcept { return ahead_; }
    std::vector<position> release_ahead() noexcept { return std::exchange(ahead_, {}); }

    // As a dispatcher's.
    const passed_over& counts() const noexcept { return one_.counts(); }

private:
    // So many are put in order at once: they stay in a processor's nearer memory.
    static constexpr std::size_t most = 1024;
    // Fewer are handed over as they come.
    static constexpr std::size_t least = 64;
    // So many are looked at to forecast the next ones.
    static constexpr std::size_t looked_at = 256;
    static constexpr std::size_t fetched_ahead = 16;
    static constexpr std::size_t groups = taken_types::size + 1;

    // Decides how many of the records come next, and in which order.
    void line_up(std::span<const record_view> records) {
        count_ = records.size() < most ? records.size() : most;
        first_ = next_ = records.data();
        is_grouped_ = false;
        if constexpr (!takes_types_in_any_order<Handler>() || groups > most) return;
        if (count_ < least || one_.keeps()) return;
        if (forecast_.is_due()) look_at(records.first(count_ < looked_at ? count_ : looked_at));
        if (forecast_.is_certain()) return;
        std::uint32_t in_group[groups]{};
        const std::size_t together = find_groups(records.first(count_), in_group);
        count_ = together == 0 ? 1 : together;
        if (together < least) return;
        ahead_.reserve(most);  // so that what was handed over can be told
        std::uint32_t begin = 0;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::uint32_t count = in_group[g] & 0xFFFF;
            is_mixed_[g] = g + 1 == groups || in_group[g] > 0xFFFF;
            in_group[g] = begin;
            begin += count;
            end_[g] = begin;
        }
        for (std::size_t i = 0; i < count_; ++i) grouped_[in_group[group_[i]]++] = records[i];
        first_ = next_ = grouped_;
        is_grouped_ = true;
    }

    [[gnu::noinline]] void look_at(std::span<const record_view> records) {
        std::uint32_t in_group[groups]{};
        if (const std::size_t found = find_groups(records, in_group); found != 0) forecast_.look({group_, found});
    }
    // How many records there are before one that has to stand apart.
    std::size_t find_groups(std::span<const record_view> records, std::uint32_t (&in_group)[groups]) {
        const auto& index = detail::index_of_rows<world>;
        for (std::size_t i = 0; i < records.size(); ++i) {
            // What the handler is given is read in another order than it lies in, in which no processor fetches ahead by itself.
            if (i + fetched_ahead < records.size()) {
                // As a number, since what is behind the last record may be nothing.
                const auto later = reinterpret_cast<std::uintptr_t>(records[i + fetched_ahead].bytes().data());
                __builtin_prefetch(reinterpret_cast<const void*>(later + 64));   // NOLINT(performance-no-int-to-ptr)
                __builtin_prefetch(reinterpret_cast<const void*>(later + 128));  // NOLINT(performance-no-int-to-ptr)
            }
            const std::uint64_t word = records[i].type_word();
            const auto& slot = index.table[index.home(word)];
            std::uint32_t found = group_of_row.at[slot.word == word ? slot.row : single::rows];
            if (found >= groups_table::is_apart) [[unlikely]] {
                if (found == groups_table::is_strange) found = find_strange(records[i]);
                if (found >= groups_table::is_apart) return i;
            }
            const std::uint32_t group = found & groups_table::group_of;
            group_[i] = static_cast<std::uint16_t>(group);
            in_group[group] += 1 + (found & groups_table::is_old);
        }
        return records.size();
    }
    [[gnu::__cold__, gnu::noinline]] std::uint32_t find_strange(record_view record) const {
        const auto& index = detail::index_of_rows<world>;
        if (const auto& slot = index.find(record.type_word()); slot.word != 0) return group_of_row.at[slot.row];
        const auto& slot = index.find(detail::type_word(record.type_hash(), record.revision()));
        if (slot.word != 0 && detail::is_named<world>(record, slot.entry))
            return group_of_row.at[slot.row] | groups_table::is_old;
        return groups_table::is_old | (groups - 1);
    }

    // Hands over what is lined up. False where `next_` failed.
    bool run(Handler& handler) {
        if (is_grouped_) return run_groups(handler, taken_types{});
        return run_mixed(*this, handler, next_ + count_);
    }
    template <class... E>
    bool run_groups(Handler& handler, types<E...>) {
        constexpr bool (*run_of[])(batch_dispatcher&, Handler&, const record_view*){&run_plain<E>..., &run_mixed};
        for (std::size_t g = 0; g < groups; ++g) {
            const record_view* const end = grouped_ + end_[g];
            if (next_ != end && !(is_mixed_[g] ? run_mixed(*this, handler, end) : run_of[g](*this, handler, end)))
                [[unlikely]]
                return false;
        }
        return true;
    }
    template <class E>
    static bool run_plain(batch_dispatcher& self, Handler& handler, const record_view* end) {
        using event = typename detail::place_in<world, E>::event;
        using reader = typename single::template reader<payload_codec::binary, event>;
        if constexpr (single::is_sound && !std::same_as<reader, no_codec>) {
            for (const record_view* at = self.next_; at != end; ++at) {
                self.next_ = at;
                if (!single::template from_current<reader, E, entry_index<world, E>>(self.one_, handler, *at))
                    [[unlikely]]
                    return false;
            }
            self.next_ = end;
            return true;
        } else {
            return run_mixed(self, handler, end);
        }
    }
    // Flattened, so that it is as fast as code by hand where it does all the work, which is where the order can be guessed.
    [[gnu::flatten]] static bool run_mixed(batch_dispatcher& self, Handler& handler, const record_view* end) {
        // Noted before each call, which may throw, and not read back behind it.
        for (const record_view* at = self.next_; at != end; ++at) {
            self.next_ = at;
            if (!self.hand_over(handler, *at)) [[unlikely]]
                return false;
        }
        self.next_ = end;
        return true;
    }
    [[gnu::always_inline]] bool hand_over(Handler& handler, record_view record) {
        return one_.dispatch_to(handler, record, record.type_word(), taken_types{});
    }

    // One failed: what is before it and was not handed over comes first, one by one.
    template <class Guard>
    [[gnu::__cold__, gnu::noinline]] result<void> meet(Handler& handler, error why, Guard& guard) {
        const record_view* const end = first_ + count_;
        failed_ = *next_;
        taken_ += static_cast<std::uint64_t>(next_ - first_);
        if (is_grouped_)
            for (const record_view* each = first_; each != next_; ++each) ahead_.push_back(each->position());
        for (++next_; next_ != end; ++next_) {
            if (next_->position() > failed_.position()) continue;
            auto done = guard([&] { return hand_over(handler, *next_) ? result<void>() : one_.take_failure(); });
            if (done) {
                ahead_.push_back(next_->position());
                ++taken_;
            } else {
                failed_ = *next_;
                why = std::move(done).error();
            }
        }
        std::sort(ahead_.begin(), ahead_.end());
        ahead_.erase(ahead_.begin(), std::upper_bound(ahead_.begin(), ahead_.end(), failed_.position()));
        return why;
    }

    template <class... E>
    static consteval groups_table find_row_groups(types<E...>) {
        groups_table made;
        for (std::uint32_t& each : made.at) each = groups_table::is_old | (groups - 1);
        made.at[single::rows] = groups_table::is_strange;
        if (!single::is_sound) return made;
        const std::size_t entries[] = {npos, entry_index<world, E>...};
        for (std::size_t g = 0; g + 1 < groups; ++g) {
            const auto& entry = detail::entries_of<world>.list[entries[g + 1]];
            for (std::uint32_t r = 1; r <= entry.current.revision; ++r)
                made.at[entry.first_row + r - 1] =
                    static_cast<std::uint32_t>(g) |
                    (r == entry.current.revision ? groups_table::is_plain : groups_table::is_old);
        }
        set_apart(made, typename world::entries{});
        return made;
    }
    template <class... Event>
    static consteval void set_apart(groups_table& of, types<Event...>) {
        const bool splits[] = {false, Event::is_split...};
        for (std::size_t i = 1; i < sizeof splits; ++i) {
            const auto& entry = detail::entries_of<world>.list[i - 1];
            for (std::uint32_t r = 1; splits[i] && r < entry.current.revision; ++r)
                of.at[entry.first_row + r - 1] = groups_table::is_apart;
        }
    }
    static constexpr groups_table group_of_row = find_row_groups(taken_types{});

    single one_;
    detail::type_forecast forecast_;
    bool is_grouped_ = false;
    const record_view* first_ = nullptr;  // of those that are lined up
    const record_view* next_ = nullptr;   // the one that is handed over
    std::size_t count_ = 0;
    std::uint64_t taken_ = 0;
    record_view failed_{};
    std::vector<position> ahead_;
    std::uint16_t group_[most];
    std::uint32_t end_[groups];
    bool is_mixed_[groups];
    record_view grouped_[most];
};

}  // namespace sillok
