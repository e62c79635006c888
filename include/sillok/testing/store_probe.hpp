#pragma once
// Short words for asking a store, and for saying what is wrong with its answer. The laws of stores are written in them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sillok/core/bytes.hpp"
#include "sillok/core/function_ref.hpp"
#include "sillok/core/result.hpp"
#include "sillok/core/uuid.hpp"
#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"
#include "sillok/event/stream_id.hpp"
#include "sillok/store/event_store.hpp"
#include "sillok/store/schemas.hpp"
#include "sillok/store/store_ref.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace sillok::testing {

// A law that a store breaks, and how that was seen.
struct finding {
    std::string law;
    std::string what;
};
using finding_report = function_ref<void(const finding&)>;

// A record, kept.
struct kept_event {
    sillok::position position;
    sillok::version version;
    timestamp time;
    uuid id;
    uuid correlation;
    uuid causation;
    stream_id stream;
    std::string type;
    std::string payload;
    std::vector<std::string> tags;

    explicit kept_event(const record_view& r)
        : position(r.position()),
          version(r.version()),
          time(r.time()),
          id(r.id()),
          correlation(r.correlation()),
          causation(r.causation()),
          stream{std::string(r.stream().category), std::string(r.stream().key)},
          type(r.type()),
          payload(as_text(r.payload())) {
        for (const std::string_view tag : r.tags()) tags.emplace_back(tag);
    }
};

// What an append in a test consists of; the rest of the request has its defaults.
struct draft {
    stream_view stream;
    expectation expected = any_version{};
    std::vector<std::string_view> payloads{};
    std::vector<std::string_view> tags{};  // on each of the events
    std::string_view type = "probe.event";
    std::uint16_t revision = 1;
    const detail::wire_shape* shape = nullptr;  // of what the payloads are said to be
    payload_codec codec = payload_codec::binary;
};

// The note of a layout, kept.
struct kept_schema {
    std::string name;
    std::uint16_t revision;
    std::string layout;
    position at;
    timestamp time;

    friend bool operator==(const kept_schema&, const kept_schema&) = default;
};

// A store under test and the place where findings go.
//
// Threads: `fails` from any number at once, if the report takes that
class store_probe {
public:
    store_probe(store_ref tested, manual_clock& time, std::string_view law, finding_report report) noexcept
        : store(tested), clock(time), law_(law), report_(report) {}

    // Notes a finding if `holds` is false; returns `holds`.
    bool expect(bool holds, std::string_view what) {
        ++checks;
        if (!holds) report_({std::string(law_), std::string(what)});
        return holds;
    }
    template <class T>
    bool expect_equal(const T& actual, const T& wanted, std::string_view what) {
        ++checks;
        if (actual == wanted) return true;
        report_({std::string(law_), std::string(what) + ": " + text_of(actual) + " instead of " + text_of(wanted)});
        return false;
    }
    template <class T>
    bool expect_error(const result<T>& answer, error_kind kind, std::string_view what) {
        ++checks;
        if (!answer && answer.error().kind() == kind) return true;
        report_({std::string(law_), std::string(what) + ": " +
                                        (answer ? "no error" : std::string(to_string(answer.error().kind()))) +
                                        " instead of " + std::string(to_string(kind))});
        return false;
    }

    result<receipt> append(const draft& one) { return append(std::initializer_list<draft>{one}, {}); }
    result<receipt> append(std::initializer_list<draft> drafts, append_request request) {
        std::vector<std::vector<new_event>> events;
        std::vector<stream_append> streams;
        events.reserve(drafts.size());
        for (const draft& each : drafts) {
            auto& list = events.emplace_back();
            event_type type(each.type, each.revision, each.codec);
            type.shape = each.shape;
            for (const std::string_view payload : each.payloads)
                list.push_back({.type = type, .payload = as_bytes(payload), .tags = each.tags});
            streams.push_back({each.stream, each.expected, list});
        }
        request.streams = streams;
        return store.append(request);
    }
    result<receipt> append_if(none_tagged condition, const draft& one) {
        return append(std::initializer_list<draft>{one}, {.streams = {}, .conditions = {&condition, 1}});
    }

    std::vector<kept_event> stream(stream_view name, const stream_range& range = {}) {
        std::vector<kept_event> seen;
        const auto read = store.read_stream(name, range, [&](const record_view& r) { return keep(seen, r); });
        expect(read.has_value(), "read_stream failed");
        return seen;
    }
    std::vector<kept_event> log(const log_range& range = {}) {
        std::vector<kept_event> seen;
        const auto read = store.read_all(range, [&](const record_view& r) { return keep(seen, r); });
        if (expect(read.has_value(), "read_all failed")) looked_at = *read;
        return seen;
    }
    version version_of(stream_view name) {
        const auto answer = store.version_of(name);
        return expect(answer.has_value(), "version_of failed") ? *answer : version{};
    }

    std::optional<recorded_batch> found(const uuid& batch) {
        auto answer = store.find_batch(batch);
        return expect(answer.has_value(), "find_batch failed") ? *answer : std::optional<recorded_batch>();
    }

    // The layouts that the store has noted, in the order of names and revisions.
    std::vector<kept_schema> schemas() {
        std::vector<kept_schema> seen;
        const auto read = store.read_schemas([&](const recorded_schema& each) {
            seen.push_back({std::string(each.name), each.revision, std::string(each.layout), each.at, each.time});
            return true;
        });
        expect(read.has_value(), "read_schemas failed");
        std::sort(seen.begin(), seen.end(), [](const kept_schema& a, const kept_schema& b) {
            return a.name != b.name ? a.name < b.name : a.revision < b.revision;
        });
        expect_equal(store.schema_count(), std::uint64_t{seen.size()}, "schema_count");
        return seen;
    }

    // The payloads of what was read, such as "a b c".
    static std::string payloads(const std::vector<kept_event>& events) {
        std::string text;
        for (const kept_event& each : events) text += (text.empty() ? "" : " ") + each.payload;
        return text;
    }

    store_ref store;
    manual_clock& clock;
    position looked_at{};  // what the last read_all returned
    std::size_t checks = 0;

private:
    bool keep(std::vector<kept_event>& seen, const record_view& r) {
        expect(is_record(r.bytes()) && r.is_intact(), "a record was given that is malformed or has another checksum");
        seen.emplace_back(r);
        return true;
    }
    static std::string text_of(const std::string& text) { return '"' + text + '"'; }
    static std::string text_of(position p) { return "position " + std::to_string(p.value); }
    static std::string text_of(version v) { return "version " + std::to_string(v.value); }
    static std::string text_of(timestamp t) { return "time " + std::to_string(t.nanoseconds); }
    static std::string text_of(const uuid& id) { return "id " + to_string(id); }
    static std::string text_of(bool b) { return b ? "yes" : "no"; }
    static std::string text_of(std::size_t n) { return std::to_string(n); }

    std::string_view law_;
    finding_report report_;
};

}  // namespace sillok::testing
