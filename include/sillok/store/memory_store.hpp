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
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/append_witness.hpp"
#include "sillok/store/arena.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/kept_streams.hpp"
#include "sillok/store/ledger.hpp"
#include "sillok/store/log_filter.hpp"
#include "sillok/store/monitor.hpp"
#include "sillok/store/posting_index.hpp"
#include "sillok/store/record_gatherer.hpp"
#include "sillok/store/retention.hpp"
#include "sillok/store/schema_book.hpp"
#include "sillok/store/schemas.hpp"

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
        : memory_store(clock, batch_window, seed()) {}
    memory_store(const memory_store&) = delete;
    memory_store& operator=(const memory_store&) = delete;
    ~memory_store() = default;

    result<receipt> append(const append_request& request) {
        const detail::monitor_lock hold(monitor_);
        auto admitted = ledger_.admit(request, past{*this});
        if (!admitted) return std::move(admitted).error();
        if (admitted->receipt.repeated) return admitted->receipt;
        if (admitted->receipt.last.value > events_max) return full();
        byte_buffer notes;
        if (!schemas_.has_met(request)) [[unlikely]]
            if (auto fit = schemas_.plan(request, ledger_.last(), admitted->receipt.time, notes); !fit)
                return std::move(fit).error();
        records_.reserve(static_cast<std::size_t>(admitted->receipt.last.value - admitted->receipt.first.value + 1));
        memory_.reserve(admitted->bytes);
        if (!request.batch.is_nil()) window_.reserve();
        ledger_.stage(request);

        auto place = static_cast<std::uint32_t>(admitted->receipt.first.value - 1);
        std::byte* const written = memory_.take(admitted->bytes);
        ledger_.write(request, *admitted, written, [this, &place](const std::byte* at) {
            records_.push_back(at);
            return place++;
        });
        detail::witnessed witness(request.witness);
        if (request.witness != nullptr) [[unlikely]]
            if (auto agreed = show(witness, *admitted, written); !agreed) return std::move(agreed).error();
        if (!notes.empty()) schemas_.commit(notes.view());
        ledger_.commit(*admitted);
        if (!request.batch.is_nil()) window_.add(request.batch, {admitted->receipt, admitted->content});
        last_.store(admitted->receipt.last.value, std::memory_order_release);
        witness.recorded();
        monitor_.announce();
        return admitted->receipt;
    }

    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        const auto [events, first] = locked_stream(stream);
        if (first == none_kept) return detail::stream_is_deleted(stream);
        const bool forwards = range.order == direction::forwards;
        std::uint64_t at = range.from.value != 0 || forwards ? range.from.value : events.count;
        if (forwards && at < first.value) at = first.value;
        if (!forwards && at > events.count) at = events.count;
        for (std::uint64_t given = 0; at >= first.value && at <= events.count && given < range.limit;) {
            const record_view each = record(events.at[at - 1]);
            if (is_hidden(each)) {  // cut meanwhile
                if (locked_stream(stream).first == none_kept) return detail::stream_is_deleted(stream);
            } else {
                if (!visit(each)) break;
                ++given;
            }
            at = forwards ? at + 1 : at - 1;
        }
        return {};
    }

    result<position> read_all(const log_range& range, record_visitor visit) const { return walk(range, visit); }
    result<position> read_many(const log_range& range, records_visitor visit) const {
        detail::record_gatherer gather(visit);
        const position reached = walk(range, gather);
        return gather.let_go() ? reached : gather.last();
    }

    result<version> version_of(stream_view stream) const {
        const auto [events, first] = locked_stream(stream);
        if (first == none_kept) return detail::stream_is_deleted(stream);
        return version{events.count};
    }

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

    result<void> read_schemas(schema_visitor visit) const {
        std::vector<recorded_schema> noted;
        {
            const detail::monitor_lock hold(monitor_);
            noted = schemas_.all();
        }
        for (const recorded_schema& each : noted)
            if (!visit(each)) break;
        return {};
    }
    std::uint64_t schema_count() const noexcept { return schemas_.count(); }
    // The version from which the stream is kept; stream_deleted, where it is not.
    result<version> first_kept(stream_view stream) const {
        const detail::monitor_lock hold(monitor_);
        const version first = kept_.is_empty() ? version{1} : kept_.first(stream);
        if (first == none_kept) return detail::stream_is_deleted(stream);
        return first;
    }

    // As `retaining_store` says; the memory of events that are not kept stays taken.
    result<void> retain(const retention_request& request) {
        const detail::monitor_lock hold(monitor_);
        byte_buffer acts;
        const auto at = [&](const stream_view& stream) -> result<version> {
            return version{postings_.streams.list(stream).count};
        };
        if (auto fit = detail::plan_acts(request, kept_, ledger_.last(), ledger_.now(), at, acts); !fit) return fit;
        for (const stream_cut& each : request.streams) kept_.reserve(each.stream);
        acts_.append(acts.view());
        kept_.take_in(acts.view());
        return {};
    }
    result<void> read_acts(act_visitor visit) const {
        byte_buffer acts;
        {
            const detail::monitor_lock hold(monitor_);
            acts.append(acts_.view());
        }
        detail::for_each_act(acts.view(), visit);
        return {};
    }

private:
    memory_store(clock_ref clock, std::size_t batch_window, std::uint64_t seed)
        : postings_(seed), kept_(seed), ledger_(clock, postings_, kept_), window_(batch_window) {}

    static constexpr std::uint64_t events_max = 0xFFFFFFFE;

    // All streams are in the postings, with their places in `records_`.
    struct past {
        const memory_store& of;

        static result<std::uint64_t> stream(stream_view, std::uint64_t) noexcept { return std::uint64_t{0}; }
        result<position> carrier(std::string_view tag) const {
            const detail::posting_list events = of.postings_.tags.list({{}, tag});
            for (std::uint32_t i = 0; i < events.count; ++i)
                if (of.kept_.is_empty() || !of.kept_.is_hidden(of.record(events.at[i])))
                    return position{std::uint64_t{events.at[i]} + 1};
            return position{};
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
    // Takes back what is staged, unless the witness agrees.
    [[gnu::noinline]] result<void> show(detail::witnessed& witness, const detail::admission& admitted,
                                        std::byte* written) {
        struct taking_back {
            memory_store* of;
            std::byte* written;
            std::size_t records;
            ~taking_back() {
                if (of == nullptr) return;
                of->ledger_.abandon();
                of->records_.shrink_to(records);
                of->memory_.give_back(written);
            }
        } otherwise{this, written, static_cast<std::size_t>(admitted.receipt.first.value - 1)};
        auto agreed = witness.show(written, admitted.receipt.last);
        if (agreed) otherwise.of = nullptr;
        return agreed;
    }
    [[gnu::__cold__, gnu::noinline]] static error full() {
        return error(error_kind::too_large,
                     "the store is full: it holds at most " + std::to_string(events_max) + " events");
    }
    // Gives what is asked for to `visit`, up to where that returns false; returns the last position that was looked at.
    template <class Visit>
    position walk(const log_range& range, Visit& visit) const {
        const std::uint64_t first = range.from.value == 0 ? 0 : range.from.value - 1;
        const std::uint64_t end = last_.load(std::memory_order_acquire);
        if (first >= end || range.limit == 0) return position{first};
        std::uint64_t given = 0;
        const auto take = [&](std::uint64_t ordinal) {
            const record_view each = record(ordinal);
            return !detail::is_asked_for(each, range) || is_hidden(each) || (visit(each) && ++given < range.limit);
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
    record_view record(std::uint64_t ordinal) const noexcept {
        return record_view(records_[static_cast<std::size_t>(ordinal)]);
    }
    struct found_stream {
        detail::posting_list events;
        version first;  // that is kept
    };
    found_stream locked_stream(stream_view stream) const {
        const detail::monitor_lock hold(monitor_);
        const std::uint64_t hash = postings_.streams.hash(stream);
        const detail::posting* const found = postings_.streams.find(stream, hash);
        return {found == nullptr ? detail::posting_list{} : found->list(),
                kept_.is_empty() ? version{1} : kept_.first(stream, hash)};
    }
    bool is_hidden(const record_view& record) const {
        if (kept_.is_empty()) return false;
        const detail::monitor_lock hold(monitor_);
        return kept_.is_hidden(record);
    }
    detail::posting_union locked_tags(std::span<const std::string_view> tags, std::uint64_t first) const {
        detail::posting_union carriers(tags.size());
        const detail::monitor_lock hold(monitor_);
        for (std::size_t i = 0; i < tags.size(); ++i) carriers.set(i, postings_.tags.list({{}, tags[i]}), first);
        return carriers;
    }

    mutable detail::monitor monitor_;
    detail::log_postings postings_;
    detail::kept_streams kept_;
    byte_buffer acts_;
    detail::schema_book schemas_;
    detail::ledger ledger_;
    detail::batch_window window_;
    detail::arena memory_;
    detail::stable_array<const std::byte*> records_;
    std::atomic<std::uint64_t> last_{0};
};

static_assert(retaining_store<memory_store>);

}  // namespace sillok
