#pragma once
// A history that is known before it is written, what the store said to each of its batches, and the comparison of a store
// with it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "arguments.hpp"
#include "sillok/codec/wire_shape.hpp"
#include "sillok/store/file_store.hpp"

namespace recovery {

using namespace sillok;

inline constexpr std::size_t stream_count = 5;
inline constexpr std::size_t tag_count = 4;
// Thousands of stores are opened: one that takes little memory is made sooner, most of all where a sanitizer watches.
inline constexpr std::size_t small_cache = std::size_t{256} << 10;

struct planned_event {
    std::size_t stream;  // of `streams()`
    std::size_t tag;
    std::uint16_t revision;  // each has a layout to be noted, so that notes are where the harm is
    std::string payload;
};
struct planned_batch {
    uuid id;
    std::vector<planned_event> events;  // of one stream adjoin
};

inline const std::vector<stream_id>& streams() {
    static const std::vector<stream_id> all{{"account", "a"},
                                            {"account", "b"},
                                            {"order", std::string("\0/..", 4)},
                                            {"order", ""},
                                            {"x", std::string(40, 'k')}};
    return all;
}
inline const std::vector<std::string>& tags() {
    static const std::vector<std::string> all{"n:0", "n:1", "n:2", "owner:somebody"};
    return all;
}

// The batch of that number is the same whenever it is made. Each payload is unlike all others.
inline planned_batch make_batch(std::uint64_t seed, std::uint64_t number, std::size_t bytes_max) {
    std::mt19937_64 random(seed * 0x9E3779B97F4A7C15 + number);
    planned_batch batch;
    for (std::size_t i = 0; i < 8; ++i) {
        batch.id.octets[i] = static_cast<std::uint8_t>(seed >> (8 * i));
        batch.id.octets[15 - i] = static_cast<std::uint8_t>((number + 1) >> (8 * i));
    }
    const std::size_t first = random() % stream_count;
    const std::size_t several = random() % 3 == 0 ? 1 + random() % 3 : 1;
    for (std::size_t s = 0; s < several; ++s)
        for (std::size_t e = 1 + random() % 2; e > 0; --e)
            batch.events.push_back(
                {(first + s) % stream_count, random() % tag_count, static_cast<std::uint16_t>(1 + number % 16), {}});
    for (std::size_t e = 0; e < batch.events.size(); ++e) {
        std::string& payload = batch.events[e].payload;
        payload =
            'b' + std::to_string(number) + '/' + std::to_string(e) + '/' + std::to_string(batch.events.size()) + ';';
        const std::size_t bytes = random() % (bytes_max + 1);
        for (std::uint64_t letters = random(); payload.size() < bytes; letters = letters * 5 + 1)
            payload.append(reinterpret_cast<const char*>(&letters), 8);
    }
    return batch;
}

using plan = std::vector<planned_batch>;

inline plan make_plan(std::uint64_t seed, std::size_t batches, std::size_t bytes_max) {
    plan all;
    for (std::size_t n = 0; n < batches; ++n) all.push_back(make_batch(seed, n, bytes_max));
    return all;
}

inline result<receipt> append(file_store& store, const planned_batch& batch) {
    std::vector<std::string_view> tagged(batch.events.size());
    std::vector<new_event> events;
    std::vector<stream_append> to;
    for (std::size_t e = 0; e < batch.events.size(); ++e) {
        tagged[e] = tags()[batch.events[e].tag];
        event_type type("probe.event", batch.events[e].revision);
        type.shape = &detail::shape_of<std::uint64_t>::value;
        events.push_back({.type = type, .payload = as_bytes(batch.events[e].payload), .tags = {&tagged[e], 1}});
    }
    for (std::size_t e = 0; e < batch.events.size();) {
        const std::size_t stream = batch.events[e].stream;
        std::size_t end = e + 1;
        while (end < batch.events.size() && batch.events[end].stream == stream) ++end;
        to.push_back({streams()[stream], any_version{}, {&events[e], end - e}});
        e = end;
    }
    return store.append({.streams = to, .batch = batch.id});
}

inline bool is_it(const planned_event& wanted, const record_view& found) {
    if (as_text(found.payload()) != wanted.payload || found.stream() != stream_view(streams()[wanted.stream]))
        return false;
    return found.type() == "probe.event" && found.revision() == wanted.revision &&
           found.tags().contains(tags()[wanted.tag]);
}

// A batch that was asked for and not refused, in the order of the log.
struct entry {
    std::size_t batch;  // its number in the plan
    bool is_acknowledged;
    std::optional<sillok::receipt> receipt;
};

struct ledger {
    std::vector<entry> entries;
    std::size_t durable = 0;  // of the first so many, what was acknowledged outlives a loss of power
    std::uint64_t acknowledged = 0;
    std::uint64_t unknown = 0;
    std::uint64_t refused = 0;
};

enum class loss : std::uint8_t { process, power };

inline std::string about(std::size_t batch) { return "batch " + std::to_string(batch); }

// Walks through the log and the ledger side by side: every acknowledged batch is there unless the power may have taken it
// and all behind it, one whose outcome is unknown may be, and there is nothing else.
class comparison {
public:
    comparison(const plan& all, const ledger& past, loss what) : plan_(all), past_(past), what_(what) {}

    void visit(const record_view& record) {
        if (event_ == 0) find(record);
        const entry& in = past_.entries[next_];
        const planned_batch& batch = plan_[in.batch];
        if (!is_it(batch.events[event_], record))
            fail(about(in.batch) + ", event " + std::to_string(event_) + ": position " +
                 std::to_string(record.position().value) + " holds something else");
        const std::size_t stream = batch.events[event_].stream;
        if (record.position().value != ++position_) fail("position " + std::to_string(position_) + " is left out");
        by_stream[stream].push_back(&batch.events[event_]);
        by_tag[batch.events[event_].tag].push_back(position_);
        if (record.version().value != by_stream[stream].size())
            fail("position " + std::to_string(position_) + " has the wrong version");
        if (event_ == 0) {
            if (record.time() < receipt_.time) fail("time goes back at position " + std::to_string(position_));
            receipt_ = {record.position(), {}, {}, record.time()};
        }
        if (record.time() != receipt_.time) fail(about(in.batch) + " has two times");
        if (stream == batch.events[0].stream) receipt_.version = record.version();
        if (++event_ == batch.events.size()) finish_batch(in, record.position());
    }
    void finish() {
        if (event_ != 0) fail(about(past_.entries[next_].batch) + " is there by half");
        for (; next_ < past_.entries.size(); ++next_) skip(next_);
    }

    std::uint64_t position() const { return position_; }

    std::vector<entry> present;
    std::vector<std::size_t> absent;  // numbers of batches
    std::vector<const planned_event*> by_stream[stream_count];
    std::vector<std::uint64_t> by_tag[tag_count];

private:
    void find(const record_view& record) {
        std::size_t at = next_;
        const std::string_view payload = as_text(record.payload());
        while (at < past_.entries.size() && plan_[past_.entries[at].batch].events[0].payload != payload) ++at;
        if (at == past_.entries.size())
            fail(
                "position " + std::to_string(record.position().value) +
                " was not asked for, is out of order or changed: " + std::string(payload.substr(0, payload.find(';'))));
        for (; next_ < at; ++next_) skip(next_);
        if (is_lossy_)
            fail(about(past_.entries[at].batch) + " is there, though " + about(lost_) + " before it is lost");
    }
    void skip(std::size_t index) {
        const entry& missing = past_.entries[index];
        absent.push_back(missing.batch);
        if (!missing.is_acknowledged) return;
        if (what_ == loss::process) fail(about(missing.batch) + " was acknowledged and is missing");
        if (index < past_.durable) fail(about(missing.batch) + " was durable and is missing");
        lost_ = missing.batch;
        is_lossy_ = true;
    }
    void finish_batch(const entry& in, sillok::position last) {
        receipt_.last = last;
        const auto& said = in.receipt;
        if (said && (said->first != receipt_.first || said->last != last || said->version != receipt_.version ||
                     said->time != receipt_.time))
            fail(about(in.batch) + " is not where its receipt said");
        present.push_back({in.batch, true, receipt_});
        event_ = 0;
        ++next_;
    }

    const plan& plan_;
    const ledger& past_;
    loss what_;
    std::size_t next_ = 0;
    std::size_t event_ = 0;
    std::size_t lost_ = 0;
    bool is_lossy_ = false;
    std::uint64_t position_ = 0;
    sillok::receipt receipt_{};
};

// By stream, by tag and by batch id the store gives what it gives in order.
inline void compare_indexes(const file_store& store, const plan& all, const comparison& found) {
    for (std::size_t s = 0; s < stream_count; ++s) {
        const auto& wanted = found.by_stream[s];
        std::size_t seen = 0;
        const auto read = store.read_stream(streams()[s], {}, [&](const record_view& record) {
            if (seen >= wanted.size() || !is_it(*wanted[seen], record)) fail("a stream differs from the log");
            return ++seen != 0;
        });
        if (!read) fail("a stream cannot be read: " + to_string(read.error()));
        const auto version = store.version_of(streams()[s]);
        if (seen != wanted.size() || !version || version->value != seen) fail("a stream is not as long as in the log");
    }
    for (std::size_t t = 0; t < tag_count; ++t) {
        const std::string_view tag = tags()[t];
        std::size_t seen = 0;
        const auto read = store.read_all({.tags = {&tag, 1}}, [&](const record_view& record) {
            if (seen >= found.by_tag[t].size() || record.position().value != found.by_tag[t][seen])
                fail("events of a tag differ from the log");
            return ++seen != 0;
        });
        if (!read) fail("events of a tag cannot be read: " + to_string(read.error()));
        if (seen != found.by_tag[t].size()) fail("events of a tag are missing");
    }
    for (const entry& each : found.present) {
        const auto known = store.find_batch(all[each.batch].id);
        if (!known || !*known) fail(about(each.batch) + " is not found by its id");
        const receipt& says = (*known)->receipt;
        if (says.first != each.receipt->first || says.last != each.receipt->last || says.time != each.receipt->time ||
            says.version != each.receipt->version)
            fail(about(each.batch) + " has another receipt when it is found by its id");
    }
    for (const std::size_t each : found.absent)
        if (const auto known = store.find_batch(all[each].id); !known || *known)
            fail(about(each) + " is not in the log but is found by its id");
}

// Compares a store that was just opened to be written, and takes what it holds as the history from now on: all that is
// shown is durable.
inline void examine(const file_store& store, const plan& all, ledger& past, loss what) {
    comparison found(all, past, what);
    std::uint64_t noted = 0;  // a bit for each revision
    std::uint64_t notes = 0;
    const auto told = store.read_schemas([&](const recorded_schema& each) {
        if (each.name != "probe.event" || each.revision > 16 || each.layout != "u64")
            fail("a note of a layout changed");
        noted |= std::uint64_t{1} << each.revision;
        return ++notes != 0;
    });
    if (!told) fail("the layouts cannot be read: " + to_string(told.error()));
    if (notes != store.schema_count()) fail("the layouts are not as many as the store says");
    const auto read = store.read_all({}, [&](const record_view& record) {
        found.visit(record);
        if ((noted >> record.revision() & 1) == 0)
            fail("position " + std::to_string(record.position().value) + " is of a version that is not noted");
        return true;
    });
    if (!read) fail("cannot be read: " + to_string(read.error()));
    found.finish();
    const position end{found.position()};
    if (*read != end || store.last(horizon::visible) != end || store.last(horizon::durable) != end)
        fail("the log ends elsewhere than the store says");
    compare_indexes(store, all, found);
    past.entries = std::move(found.present);
    past.durable = past.entries.size();
}

}  // namespace recovery
