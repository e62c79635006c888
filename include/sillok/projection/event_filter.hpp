#pragma once
// Which events somebody reads: all, or those of a category, a stream, some types or some tags.
//
//     sillok::event_filter{.category = "account"}
//     sillok::event_filter{.stream = sillok::stream_id{"account", "42"}}
//     sillok::event_filter{.types = sillok::recorded_types<bank, money_deposited, money_withdrawn>()}
//     sillok::event_filter{.category = "order", .tags = {"customer:7"}}

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sillok/core/result.hpp"
#include "sillok/core/type_list.hpp"
#include "sillok/event/event.hpp"
#include "sillok/event/parts.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/event/upcast.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok {

// Conditions that are empty do not restrict; all that are not must hold.
struct event_filter {
    std::string category{};
    std::optional<stream_id> stream{};
    std::vector<std::string> types{};  // any of these names, as they were recorded
    std::vector<std::string> tags{};   // any of these tags

    friend bool operator==(const event_filter&, const event_filter&) = default;
};

}  // namespace sillok

namespace sillok::detail {

// The names of an event of the catalogue, if it is `E`, or if one of its older versions became it.
template <class Catalogue, class E, class Event, class... V>
void add_recorded_types(std::vector<std::string>& to, types<V...> versions) {
    bool is_asked_for = std::same_as<typename Event::current, E>;
    if constexpr (Event::is_split)
        is_asked_for =
            is_asked_for ||
            (becomes_any<Catalogue, types<E>, V>(typename versions_after<V, decltype(versions)>::type{}) || ...);
    if (!is_asked_for) return;
    for (const std::string_view name : recorded_names<Catalogue, typename Event::current>)
        if (std::find(to.begin(), to.end(), name) == to.end()) to.emplace_back(name);
}

}  // namespace sillok::detail

namespace sillok {

// Every name under which events that are now of these types were ever recorded: former ones, and those of events that were split.
template <catalogue Catalogue, class... E>
    requires(current_event_of<E, Catalogue>&&...)
std::vector<std::string> recorded_types() {
    std::vector<std::string> names;
    [&]<class... Event>(types<Event...>) {
        const auto add = [&]<class One>(std::type_identity<One>) {
            (detail::add_recorded_types<Catalogue, E, One>(names, typename One::versions{}), ...);
        };
        (add(std::type_identity<Event>{}), ...);
    }(typename Catalogue::entries{});
    return names;
}

}  // namespace sillok

namespace sillok::detail {

// A log as somebody reads it who asked for some of its events: onwards from a position, and no further than what is durable.
//
// Threads: one at a time
class filtered_log {
public:
    filtered_log(store_ref store, event_filter filter) : store_(store), filter_(std::move(filter)) {
        for (const std::string& each : filter_.types) types_.emplace_back(each);
        for (const std::string& each : filter_.tags) tags_.emplace_back(each);
    }
    filtered_log(const filtered_log&) = delete;
    filtered_log& operator=(const filtered_log&) = delete;

    // Gives the events behind `after`, up to and with `end`, which is durable. Returns the last position that was looked at, whether or not
    // that one was asked for: `end`, unless there were `limit` of them, or too many that nobody asked for.
    //
    // Errors: those of the store; invalid_argument: category and stream contradict each other
    result<position> read(position after, std::uint64_t limit, position end, record_visitor visit) {
        if (after >= end || limit == 0) return after;
        if (filter_.stream) return read_stream(after, limit, end, visit);
        // A store says nothing of what is passed over. Where no index leads past that, it is looked at here, so that who reads comes back
        // in time: to see that it is to stop, to renew a lease, to keep how far it is.
        const bool is_walk = tags_.empty() && !(types_.empty() && filter_.category.empty());
        std::uint64_t given = 0;
        const auto take = [&](const record_view& record) {
            if (record.position() > end) return false;
            if (is_walk && !is_asked_for(record)) return true;
            return visit(record) && ++given < limit;
        };
        log_range range{.from = {after.value + 1}, .limit = looked_at_max, .upto = horizon::durable};
        if (!is_walk) {
            range.limit = limit;
            range.category = filter_.category;
            range.types = types_;
            range.tags = tags_;
        }
        auto reached = store_.read_all(range, take);
        if (!reached) return reached;
        return (std::min)(*reached, end);
    }

    // The same, as many at once as the store has at hand.
    result<position> read_many(position after, std::uint64_t limit, position end, records_visitor visit) {
        if (filter_.stream || !tags_.empty())
            return read(after, limit, end, [&](const record_view& record) { return visit({&record, 1}); });
        if (after >= end || limit == 0) return after;
        const bool is_all = types_.empty() && filter_.category.empty();
        std::uint64_t left = limit;
        position given = after;
        bool is_stopped = false;
        const auto take = [&](std::span<const record_view> records) {
            while (!records.empty() && records.back().position() > end) records = records.first(records.size() - 1);
            if (!is_all) {
                asked_for_.clear();
                for (const record_view& each : records)
                    if (is_asked_for(each)) asked_for_.push_back(each);
                records = asked_for_;
            }
            if (records.size() > left) records = records.first(static_cast<std::size_t>(left));
            if (records.empty()) return true;
            left -= records.size();
            given = records.back().position();
            is_stopped = !visit(records) || left == 0;
            return !is_stopped;
        };
        auto reached = store_.read_many(
            {.from = {after.value + 1}, .limit = is_all ? limit : looked_at_max, .upto = horizon::durable}, take);
        if (!reached) return reached;
        return is_stopped ? given : (std::min)(*reached, end);
    }

    const store_ref& store() const noexcept { return store_; }

private:
    static constexpr std::uint64_t looked_at_max = std::uint64_t{1} << 16;  // in one call; some milliseconds

    result<position> read_stream(position after, std::uint64_t limit, position end, record_visitor visit) {
        if (!filter_.category.empty() && filter_.category != filter_.stream->category)
            return error(error_kind::invalid_argument, "the filter asks for the category '" + filter_.category +
                                                           "' and a stream of '" + filter_.stream->category +
                                                           "', which no event can be in");
        if (!is_placed_ || after != reached_)
            if (auto found = find_next(after); !found) return std::move(found).error();
        is_placed_ = false;  // until this has ended well: what fails or throws leaves `next_` anywhere
        position last = end;
        std::uint64_t given = 0;
        auto read = store_.read_stream(*filter_.stream, {.from = next_, .upto = horizon::durable},
                                       [&](const record_view& record) {
                                           if (record.position() > end) return false;
                                           next_ = {record.version().value + 1};
                                           if (!is_asked_for(record)) return true;
                                           const bool goes_on = visit(record) && ++given < limit;
                                           if (!goes_on) last = record.position();
                                           return goes_on;
                                       });
        if (!read) return std::move(read).error();
        reached_ = last;
        is_placed_ = true;
        return last;
    }

    bool is_asked_for(const record_view& record) const noexcept {
        if (!filter_.category.empty() && record.stream().category != filter_.category) return false;
        const auto is_among = [](const auto& all, std::string_view one) {
            return std::find(all.begin(), all.end(), one) != all.end();
        };
        if (!types_.empty() && !is_among(types_, record.type())) return false;
        if (tags_.empty()) return true;
        for (const std::string_view each : record.tags())
            if (is_among(tags_, each)) return true;
        return false;
    }

    // The first version of the stream behind a position. Positions grow with versions.
    result<void> find_next(position after) {
        is_placed_ = false;
        next_ = version{1};
        if (after == position{}) return {};
        auto first = store_.first_kept(*filter_.stream);
        if (!first) return std::move(first).error();
        auto count = store_.version_of(*filter_.stream);
        if (!count) return std::move(count).error();
        std::uint64_t low = first->value;
        std::uint64_t high = (std::max)(low, count->value + 1);
        while (low < high) {
            const std::uint64_t middle = low + (high - low) / 2;
            bool is_behind = true;  // what was cut meanwhile is before it
            auto read =
                store_.read_stream(*filter_.stream, {.from = {middle}, .limit = 1}, [&](const record_view& record) {
                    is_behind = record.position() > after;
                    return false;
                });
            if (!read) return read;
            if (is_behind)
                high = middle;
            else
                low = middle + 1;
        }
        next_ = version{low};
        return {};
    }

    store_ref store_;
    event_filter filter_;
    std::vector<std::string_view> types_;
    std::vector<std::string_view> tags_;
    std::vector<record_view> asked_for_;
    // Of one stream: the version that comes next behind a position, where that is known.
    position reached_{};
    version next_{1};
    bool is_placed_ = false;
};

}  // namespace sillok::detail
