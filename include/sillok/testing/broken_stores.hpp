#pragma once
// Stores that each break one law. A suite that does not flag every one of them proves nothing about the others.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/checksum.hpp"
#include "sillok/event/record.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/store_ref.hpp"

namespace sillok::testing {

// A store that passes everything on. Decorators hide what they do otherwise.
class passing_store {
public:
    explicit passing_store(store_ref inner) noexcept : inner_(inner) {}

    result<receipt> append(const append_request& request) { return inner_.append(request); }
    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        return inner_.read_stream(stream, range, visit);
    }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner_.read_all(range, visit);
    }
    result<version> version_of(stream_view stream) const { return inner_.version_of(stream); }
    position last(horizon upto) const { return inner_.last(upto); }
    result<position> wait(position after, horizon upto, timeout patience) const {
        return inner_.wait(after, upto, patience);
    }
    result<void> settle(position upto) const { return inner_.settle(upto); }
    result<std::optional<recorded_batch>> find_batch(const uuid& batch) const { return inner_.find_batch(batch); }
    result<void> read_schemas(schema_visitor visit) const { return inner_.read_schemas(visit); }
    std::uint64_t schema_count() const noexcept { return inner_.schema_count(); }

protected:
    store_ref inner() const noexcept { return inner_; }

private:
    store_ref inner_;
};

// Forgets what was recorded last, as often as `lose` is called: a store that did not sync before it acknowledged.
class tail_losing_store : public passing_store {
public:
    using passing_store::passing_store;

    void lose() { hidden_from_ = inner().last(horizon::visible).value; }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner().read_all(range,
                                [&](const record_view& r) { return r.position().value < hidden_from_ && visit(r); });
    }
    position last(horizon upto) const {
        const position actual = inner().last(upto);
        return actual.value < hidden_from_ ? actual : position{hidden_from_ - 1};
    }
    result<void> read_schemas(schema_visitor visit) const {
        return inner().read_schemas(
            [&](const recorded_schema& s) { return s.at.value + 1 >= hidden_from_ || visit(s); });
    }

private:
    std::uint64_t hidden_from_ = static_cast<std::uint64_t>(-1);
};

// Acknowledges every fifth append without recording it.
class forgetting_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        if (++appends_ % 5 != 0) return inner().append(request);
        const position last = inner().last(horizon::visible);
        return receipt{.first = {last.value + 1}, .last = {last.value + 1}, .version = {1}, .time = {}};
    }

private:
    std::atomic<unsigned> appends_{0};
};

// Hands out records in which `change` was at work, checksum and all.
template <class Change>
class altering_store : public passing_store {
public:
    explicit altering_store(store_ref inner, Change change = {}) noexcept : passing_store(inner), change_(change) {}

    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        return inner().read_stream(stream, range, [&](const record_view& r) { return altered(r, visit); });
    }
    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner().read_all(range, [&](const record_view& r) { return altered(r, visit); });
    }

private:
    bool altered(const record_view& r, record_visitor visit) const {
        std::vector<std::byte> copy(r.bytes().begin(), r.bytes().end());
        change_(copy.data());
        store_le(copy.data() + detail::record_layout::checksum,
                 crc32c(bytes_view(copy).subspan(detail::record_layout::position)));
        return visit(record_view(copy.data()));
    }
    Change change_;
};

// Positions were handed out before the commit, and one of them was never used.
struct skip_a_position {
    void operator()(std::byte* record) const noexcept {
        const auto at = load_le<std::uint64_t>(record + detail::record_layout::position);
        if (at > 2) store_le(record + detail::record_layout::position, at + 1);
    }
};
using gap_leaving_store = altering_store<skip_a_position>;

// Each event is older than the one before it.
struct turn_time_back {
    void operator()(std::byte* record) const noexcept {
        const auto at = load_le<std::uint64_t>(record + detail::record_layout::position);
        store_le(record + detail::record_layout::time,
                 std::int64_t{1'800'000'000'000'000'000} - static_cast<std::int64_t>(at));
    }
};
using time_reversing_store = altering_store<turn_time_back>;

// Gives every second event of the log before the first.
class reordering_store : public passing_store {
public:
    using passing_store::passing_store;

    result<position> read_all(const log_range& range, record_visitor visit) const {
        std::vector<std::byte> held;
        bool more = true;
        auto read = inner().read_all(range, [&](const record_view& r) {
            if (held.empty()) {
                held.assign(r.bytes().begin(), r.bytes().end());
                return true;
            }
            more = visit(r) && visit(record_view(held.data()));
            held.clear();
            return more;
        });
        if (more && !held.empty()) static_cast<void>(visit(record_view(held.data())));
        return read;
    }
};

// Gives the third event twice.
class duplicating_store : public passing_store {
public:
    using passing_store::passing_store;

    result<position> read_all(const log_range& range, record_visitor visit) const {
        return inner().read_all(
            range, [&](const record_view& r) { return visit(r) && (r.position().value != 3 || visit(r)); });
    }
};

// Takes no notice of batch ids, so a repeated command is recorded twice.
class forgetful_of_batches : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(append_request request) {
        request.batch = {};
        return inner().append(request);
    }
};

// Writes only the first tag of an event.
class tag_forgetting_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        std::vector<std::vector<new_event>> events;
        std::vector<stream_append> streams(request.streams.begin(), request.streams.end());
        events.reserve(streams.size());
        for (stream_append& each : streams) {
            auto& copies = events.emplace_back(each.events.begin(), each.events.end());
            for (new_event& event : copies)
                event.tags = event.tags.first(event.tags.size() < 1 ? event.tags.size() : 1);
            each.events = copies;
        }
        append_request fewer = request;
        fewer.streams = streams;
        return inner().append(fewer);
    }
};

// Checks no more than the first hundred conditions of an act.
class hasty_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        append_request fewer = request;
        if (fewer.conditions.size() > 100) fewer.conditions = fewer.conditions.first(100);
        return inner().append(fewer);
    }
};

// Looks first and writes then, with nothing in between to keep others out. Where threads race, it waits between the two
// until a second thread has looked as well, so that the race is lost every time and not by chance.
class unlocked_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        for (const stream_append& each : request.streams) {
            const auto at = inner().version_of(each.stream);
            if (at && !each.expected.holds(*at))
                return error::conflict("not at the expected version", each.expected.at().value, at->value);
        }
        looked_and_waits();
        std::vector<stream_append> streams(request.streams.begin(), request.streams.end());
        for (stream_append& each : streams) each.expected = any_version{};
        append_request unchecked = request;
        unchecked.streams = streams;
        return inner().append(unchecked);
    }

private:
    void looked_and_waits() {
        const unsigned ticket = looked_.fetch_add(1);
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
        while (looked_.load() / 2 == ticket / 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    }
    std::atomic<unsigned> looked_{0};
};

// Writes streams one by one, so that a conflict on the second leaves the first written.
class half_writing_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        if (request.streams.size() < 2 || !request.batch.is_nil()) return inner().append(request);
        std::optional<receipt> whole;
        for (const stream_append& each : request.streams) {
            append_request one = request;
            one.streams = {&each, 1};
            auto done = inner().append(one);
            if (!done) return done;
            if (!whole) whole = *done;
            whole->last = done->last;
        }
        return *whole;
    }
};

// Joins category and key with a separator, as if neither could hold one.
class joining_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        std::vector<std::string> names;
        std::vector<stream_append> streams(request.streams.begin(), request.streams.end());
        names.reserve(streams.size());
        for (stream_append& each : streams) each.stream = {"all", names.emplace_back(joined(each.stream))};
        append_request other = request;
        other.streams = streams;
        return inner().append(other);
    }
    result<void> read_stream(stream_view stream, const stream_range& range, record_visitor visit) const {
        return inner().read_stream({"all", joined(stream)}, range, visit);
    }
    result<version> version_of(stream_view stream) const { return inner().version_of({"all", joined(stream)}); }

private:
    static std::string joined(stream_view stream) {
        return std::string(stream.category) + ':' + std::string(stream.key);
    }
};

// Does not wake those who wait: they see what happened when their time is over.
class sleeping_store : public passing_store {
public:
    using passing_store::passing_store;

    result<position> wait(position after, horizon upto, timeout patience) const {
        if (inner().last(upto) > after) return inner().last(upto);
        return inner().wait(position{static_cast<std::uint64_t>(-1)}, upto, patience);
    }
};

// Takes an event for what its name says, whatever its struct looks like.
class gullible_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        auto done = inner().append(request);
        if (done || done.error() != error_kind::schema_changed) return done;
        std::vector<std::vector<new_event>> events;
        std::vector<stream_append> streams(request.streams.begin(), request.streams.end());
        events.reserve(streams.size());
        for (stream_append& each : streams) {
            auto& copies = events.emplace_back(each.events.begin(), each.events.end());
            for (new_event& event : copies) event.type.shape = nullptr;
            each.events = copies;
        }
        append_request blind = request;
        blind.streams = streams;
        return inner().append(blind);
    }
};

// Notes layouts before it knows whether there will be an event: what is refused is noted all the same.
class hasty_noting_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        auto done = inner().append(request);
        if (!done && request.streams.size() == 1 && request.streams[0].events.size() == 1 &&
            request.streams[0].events[0].type.shape != nullptr)
            ++too_many_;
        return done;
    }
    std::uint64_t schema_count() const noexcept { return inner().schema_count() + too_many_; }

private:
    std::atomic<std::uint64_t> too_many_{0};
};

// Notes a layout each time that it sees one.
class noting_again_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        ++appends_;
        return inner().append(request);
    }
    result<void> read_schemas(schema_visitor visit) const {
        for (std::uint64_t i = 0; i < appends_; ++i)
            if (auto read = inner().read_schemas(visit); !read) return read;
        return {};
    }
    std::uint64_t schema_count() const noexcept { return inner().schema_count() * appends_; }

private:
    std::atomic<std::uint64_t> appends_{0};
};

// Notes nothing.
class unnoting_store : public passing_store {
public:
    using passing_store::passing_store;

    static result<void> read_schemas(schema_visitor) { return {}; }
    static std::uint64_t schema_count() noexcept { return 0; }
};

// Looks at the layout of one event of an act, and takes it for that of all.
class one_noting_store : public passing_store {
public:
    using passing_store::passing_store;

    result<receipt> append(const append_request& request) {
        std::vector<std::vector<new_event>> events;
        std::vector<stream_append> streams(request.streams.begin(), request.streams.end());
        events.reserve(streams.size());
        bool is_first = true;
        for (stream_append& each : streams) {
            auto& copies = events.emplace_back(each.events.begin(), each.events.end());
            for (new_event& event : copies)
                if (!std::exchange(is_first, false)) event.type.shape = nullptr;
            each.events = copies;
        }
        append_request other = request;
        other.streams = streams;
        return inner().append(other);
    }
};

}  // namespace sillok::testing
