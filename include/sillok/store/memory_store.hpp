#pragma once
// Events in memory: for tests, for what need not outlive the process, and to see how fast the rest is.
//
//     sillok::memory_store store;
//     auto accounts = sillok::repository<account>(store);

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/arena.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/log_filter.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/posting_index.hpp"

namespace sillok {

// A store in the memory of this process. What is visible is as durable as it gets, so both horizons are the same.
//
// Ensures:    a record stays where it is: views of it are valid as long as the store is.
// Errors:     std::bad_alloc from every function that may allocate; the store is unchanged then, and usable.
// Durability: none
// Threads:    any number at once. Appends are serialised; readers take the same lock to look up a stream or a tag, and
//             read without it. A visitor may call the store.
// Complexity: append: O(bytes), no allocation for each event, amortised. read_stream: O(1) to any version. read_all:
//             O(1) to any position, O(events looked at); by tag O(events that carry one of them).
class memory_store {
public:
    memory_store() : memory_store(clock_ref{}) {}
    // `clock` is referred to. The last `batch_window` batches with an id are remembered.
    explicit memory_store(clock_ref clock, std::size_t batch_window = batch_window_default)
        : postings_(seed()), ledger_(clock, postings_), window_(batch_window) {}
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;
    ~memory_store() = default;

    result<receipt> append(const append_request& request) {
        const detail::monitor_lock hold(monitor_);
        auto admitted = ledger_.admit(request, past{*this});
        if (!admitted) return std::move(admitted).error();
        if (admitted->receipt.repeated) return admitted->receipt;
        if (admitted->receipt.last.value > events_max) return full();
        records_.reserve(static_cast<std::size_t>(admitted->receipt.last.value - admitted->receipt.first.value + 1));
        memory_.reserve(admitted->bytes);
        if (!request.batch.is_nil()) window_.reserve();
        ledger_.stage(request);

        auto place = static_cast<std::uint32_t>(admitted->receipt.first.value - 1);
        ledger_.write(request, *admitted, memory_.take(admitted->bytes), [this, &place](const std::byte* at) {
            records_.push_back(at);
            return place++;
        });
        ledger_.commit(*admitted);
        if (!request.batch.is_nil()) window_.add(request.batch, {admitted->receipt, admitted->content});
        last_.store(admitted->receipt.last.value, std::memory_order_release);
        monitor_.announce();
        return admitted->receipt;
    }

    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        const detail::posting_list events = locked_stream(stream);
        const bool forwards = range.order == direction::forwards;
        std::uint64_t at = range.from.value != 0 ? range.from.value : forwards ? 1 : events.count;
        if (!forwards && at > events.count) at = events.count;
        for (std::uint64_t given = 0; at >= 1 && at <= events.count && given < range.limit; ++given) {
            if (!visit(record(events.at[at - 1]))) break;
            at = forwards ? at + 1 : at - 1;
        }
        return {};
    }

    result<position> read_all(const log_range& range, record_visitor visit) const {
        const std::uint64_t first = range.from.value == 0 ? 0 : range.from.value - 1;
        const std::uint64_t end = last_.load(std::memory_order_acquire);
        if (first >= end || range.limit == 0) return position{first};
        std::uint64_t given = 0;
        const auto take = [&](std::uint64_t ordinal) {
            const record_view each = record(ordinal);
            return !detail::is_asked_for(each, range) || (visit(each) && ++given < range.limit);
        };
        if (range.tags.empty()) {
            for (std::uint64_t ordinal = first; ordinal < end; ++ordinal)
                if (!take(ordinal)) return position{ordinal + 1};
        } else {
            detail::posting_union carriers = locked_tags(range.tags, first);
            for (std::uint64_t ordinal = carriers.next(); ordinal < end; ordinal = carriers.next())
                if (!take(ordinal)) return position{ordinal + 1};
        }
        return position{end};
    }

    result<version> version_of(stream_view stream) const { return version{locked_stream(stream).count}; }

    position last(horizon) const noexcept { return {last_.load(std::memory_order_acquire)}; }

    result<position> wait(position after, horizon upto, timeout patience) const {
        if (last(upto) > after) return last(upto);
        const detail::monitor_lock hold(monitor_);
        monitor_.wait(patience.nanoseconds, [&] { return last(upto) > after; });
        return last(upto);
    }

    result<void> settle(position) const noexcept { return {}; }

    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const {
        const detail::monitor_lock hold(monitor_);
        const recorded_batch* const found = window_.find(batch);
        if (found == nullptr) return std::optional<recorded_batch>();
        recorded_batch copy = *found;
        copy.receipt.repeated = true;
        return std::optional<recorded_batch>(copy);
    }

private:
    static constexpr std::uint64_t events_max = 0xFFFFFFFE;

    // All streams are in the postings, with their places in `records_`.
    struct past {
        const memory_store& of;

        static result<std::uint64_t> stream(stream_view, std::uint64_t) noexcept { return std::uint64_t{0}; }
        result<position> carrier(std::string_view tag) const {
            const detail::posting_list events = of.postings_.tags.list({{}, tag});
            return position{events.count == 0 ? 0 : std::uint64_t{events.at[0]} + 1};
        }
        result<std::optional<recorded_batch>> batch(const uuid& id) const {
            const recorded_batch* const found = of.window_.find(id);
            return found == nullptr ? std::optional<recorded_batch>() : std::optional<recorded_batch>(*found);
        }
    };

    static std::uint64_t seed() noexcept {
        const uuid random = uuid_generator()(timestamp{});
        return load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(random.octets.data()) + 8);
    }
    [[gnu::__cold__, gnu::noinline]] static error full() {
        return error(error_kind::too_large,
                     "the store is full: it holds at most " + std::to_string(events_max) + " events");
    }
    record_view record(std::uint64_t ordinal) const noexcept {
        return record_view(records_[static_cast<std::size_t>(ordinal)]);
    }
    detail::posting_list locked_stream(stream_view stream) const {
        const detail::monitor_lock hold(monitor_);
        return postings_.streams.list(stream);
    }
    detail::posting_union locked_tags(std::span<const std::string_view> tags, std::uint64_t first) const {
        detail::posting_union carriers(tags.size());
        const detail::monitor_lock hold(monitor_);
        for (std::size_t i = 0; i < tags.size(); ++i) carriers.set(i, postings_.tags.list({{}, tags[i]}), first);
        return carriers;
    }

    mutable detail::monitor monitor_;
    detail::log_postings postings_;
    detail::ledger ledger_;
    detail::batch_window window_;
    detail::arena memory_;
    detail::stable_array<const std::byte*> records_;
    std::atomic<std::uint64_t> last_{0};
};

static_assert(event_store<memory_store>);

}  // namespace sillok
