#pragma once
// What a store of events is: the words in which it is asked, and the concept that every store models.
//
//     store.append({.streams = {{stream, sillok::exactly{version}, events}}});
//     store.read_stream(stream, {.from = sillok::version{3}}, [](const sillok::record_view& r) { … return true; });

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>

#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/time.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/event_type.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/append_witness.hpp"
#include "sillok/store/schemas.hpp"

namespace sillok {

// Expectations: what must be true of a stream when it is appended to. Distinct types, so that none is mistaken.
struct any_version {};    // whatever the stream is at
struct no_stream {};      // the stream has no events yet
struct stream_exists {};  // the stream has events
struct exactly {
    sillok::version at;
};  // the stream is at this version; exactly{version{0}} is no_stream

class expectation {
public:
    enum class rule : std::uint8_t { any_version, no_stream, stream_exists, exactly };

    constexpr expectation(any_version) noexcept {}                                  // NOLINT
    constexpr expectation(no_stream) noexcept : rule_(rule::no_stream) {}           // NOLINT
    constexpr expectation(stream_exists) noexcept : rule_(rule::stream_exists) {}   // NOLINT
    constexpr expectation(exactly e) noexcept : at_(e.at), rule_(rule::exactly) {}  // NOLINT

    constexpr bool holds(version actual) const noexcept {
        switch (rule_) {
            case rule::any_version: return true;
            case rule::no_stream: return actual == version{0};
            case rule::stream_exists: return actual != version{0};
            case rule::exactly: return actual == at_;
        }
        return false;
    }
    constexpr rule kind() const noexcept { return rule_; }
    // Of `exactly`, the version; otherwise 0.
    constexpr version at() const noexcept { return at_; }

private:
    version at_{};
    rule rule_ = rule::any_version;
};

// A condition on the whole log: no event carries the tag, ever. What must be unique for ever is appended with it.
struct none_tagged {
    std::string_view tag;
};

// An event as it is handed to a store: encoded, without what the store itself gives.
struct new_event {
    event_type type;
    bytes_view payload{};
    std::span<const std::string_view> tags{};  // each "key:value", 1 to 1024 bytes
    bytes_view sealed{};
};

// Events for one stream, and what must be true of it. No events: the expectation alone, for a decision that depends on a
// stream without changing it.
struct stream_append {
    stream_view stream;
    expectation expected = any_version{};
    std::span<const new_event> events{};
};

// One atomic act: all events of all streams are recorded, in this order and at adjoining positions, or none. There is at
// least one event in all. What is checked first is the batch id, then the expectations, then the conditions.
struct append_request {
    std::span<const stream_append> streams;  // a stream may stand here once
    std::span<const none_tagged> conditions{};
    uuid batch{};               // where it is not nil, a repetition within the store's window gives the first receipt
    std::uint64_t content = 0;  // a hash of what the batch id stands for; 0: the events themselves
    uuid causation{};           // nil: the batch id; where that is nil too, the id of the first event
    uuid correlation{};         // nil: likewise, so that a new chain begins
    std::string_view source{};  // the service that records, up to 255 bytes
    std::span<const header> headers{};
    const append_witness* witness = nullptr;
};

// What an append says about itself.
struct receipt {
    position first;           // of the first event
    position last;            // of the last event
    sillok::version version;  // of the last event in the first stream that has events
    timestamp time;           // as the store set it, the same for the whole batch
    bool repeated = false;    // the batch was recorded before, and this is its first receipt
};

// A batch that is recorded: its receipt, and the content its id stood for.
struct recorded_batch {
    sillok::receipt receipt;
    std::uint64_t content;
};

// Up to where a reader may see. What is `visible` could be lost with the power; what is `durable` could not: readers in
// other processes, checkpoints and effects on the outside read at `durable`.
enum class horizon : std::uint8_t { visible, durable };

enum class direction : std::uint8_t { forwards, backwards };

inline constexpr std::uint64_t no_limit = (std::numeric_limits<std::uint64_t>::max)();

struct stream_range {
    version from{};  // inclusive; 0: the first one, or backwards the last one
    direction order = direction::forwards;
    std::uint64_t limit = no_limit;
    horizon upto = horizon::visible;
};

// What to read of the whole log. Conditions that are empty do not restrict; all that are not must hold.
struct log_range {
    position from{1};  // inclusive
    std::uint64_t limit = no_limit;
    horizon upto = horizon::visible;
    std::string_view category{};
    std::span<const std::string_view> types{};  // any of these names
    std::span<const std::string_view> tags{};   // any of these tags
};

// How long to wait. Converts from the durations of <chrono>, which costs too much to include here: `wait(after, upto, 5s)`.
// Longer than a century is for ever.
struct timeout {
    std::int64_t nanoseconds = 0;

    constexpr timeout() = default;
    template <class Duration>
        requires requires(Duration d) {
            d.count();
            Duration::period::den;
        }
    constexpr timeout(Duration d) noexcept  // NOLINT(google-explicit-constructor)
        : nanoseconds(
              scaled(static_cast<long double>(d.count()) * (1e9L * Duration::period::num / Duration::period::den))) {}

private:
    static constexpr std::int64_t scaled(long double wanted) noexcept {
        constexpr long double century = 3.2e18L;
        return wanted <= 0         ? 0
               : wanted >= century ? static_cast<std::int64_t>(century)
                                   : static_cast<std::int64_t>(wanted);
    }
};

// Takes a record, valid until it returns; returns whether to go on.
using record_visitor = function_ref<bool(const record_view&)>;
// Takes records that adjoin among those asked for, one at least, all of them valid until it returns; returns whether to go on.
using records_visitor = function_ref<bool(std::span<const record_view>)>;

// A store of events. `store_conformance.hpp` (in sillok/testing/) tests what this can only say:
//
// append       compares and writes in one atomic act; positions are handed out without gap, in the order in which they
//              become visible; the time of a record is the store's and never decreases. An error other than
//              outcome_unknown means that nothing was written. The layout of a binary event whose type has a shape is noted
//              before the first event of its name and revision can be read, and an append that contradicts what is noted (see
//              reads_layout) is refused with schema_changed. A witness is told as append_witness says.
// read_stream  gives the events of a stream in order of their versions; an unknown stream has none.
// read_all     gives the events of the log in order of their positions and returns the last position it looked at, whether
//              or not that one matched, so that a checkpoint may move there; the position before `from` where there is none.
// version_of   is the version of the last visible event of a stream; 0 where it does not exist.
// last         is the last position at a horizon; 0 in an empty store.
// wait         returns as soon as the last position at the horizon is past `after`, or when the time is over, with the last
//              position; it never misses an append and does not poll.
// settle       returns when all up to a position is as lasting as an append that was acknowledged: for an answer that was
//              not an append of its own, and rests on what others are still making durable.
// find_batch   is the first receipt of a batch id with the content it stood for, within the store's window.
// read_schemas gives the layouts that are noted, one for each name and revision; a note never changes and never goes.
// schema_count is how many are noted, as far as this store knows; cheap enough to be asked before each read.
//
// A store may also have `read_many`, which gives the same events as read_all, in the same order, as many at once as it has at hand;
// where it is stopped, it returns the position of the last one that it gave. `store_ref` has it for every store.
//
// Threads: any number at once, for every function.
template <class S>
concept event_store = requires(S& store, const S& readable, const append_request& request, stream_view stream,
                               const stream_range& events, const log_range& all, record_visitor visitor, position after,
                               horizon upto, timeout patience, const uuid& batch, schema_visitor schemas) {
    { store.append(request) } -> std::same_as<result<receipt>>;
    { readable.read_stream(stream, events, visitor) } -> std::same_as<result<void>>;
    { readable.read_all(all, visitor) } -> std::same_as<result<position>>;
    { readable.version_of(stream) } -> std::same_as<result<version>>;
    { readable.last(upto) } -> std::same_as<position>;
    { readable.wait(after, upto, patience) } -> std::same_as<result<position>>;
    { readable.settle(after) } -> std::same_as<result<void>>;
    { readable.find_batch(batch) } -> std::same_as<result<std::optional<recorded_batch>>>;
    { readable.read_schemas(schemas) } -> std::same_as<result<void>>;
    { readable.schema_count() }
    noexcept->std::same_as<std::uint64_t>;
};

}  // namespace sillok
