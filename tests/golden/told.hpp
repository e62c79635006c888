#pragma once
// All that a store says, as text: what is expected of a golden store is such a text, for people to read. It does not use what
// the library has for telling values, which may change.

#include <cstdint>
#include <string>
#include <string_view>

#include "first.hpp"
#include "kept.hpp"
#include "sillok/command/repository.hpp"
#include "sillok/command/snapshots.hpp"
#include "sillok/event/dispatch.hpp"
#include "sillok/event/unknown.hpp"
#include "sillok/store/file/verify.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/store/stored_snapshots.hpp"
#include "third.hpp"

namespace golden {

// In quotes; what is not printable ASCII as \xNN.
inline std::string shown(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= ' ' && octet < 0x7F && c != '"' && c != '\\')
            out += c;
        else
            out.append("\\x").append(1, digits[octet >> 4]).append(1, digits[octet & 15]);
    }
    return out += '"';
}
inline std::string text_of(std::uint64_t number) { return std::to_string(number); }
inline std::string text_of(const sillok::uuid& id) { return id.is_nil() ? "-" : sillok::to_string(id); }
inline std::string text_of(sillok::stream_view stream) { return shown(stream.category) + ' ' + shown(stream.key); }

inline std::string envelope_of(const sillok::record_view& record) {
    std::string out = text_of(record.position().value) + ' ' + text_of(record.stream()) + ' ' +
                      text_of(record.version().value) + ": " + std::string(record.type()) + '/' +
                      text_of(record.revision()) + (record.codec() == sillok::payload_codec::json ? " json" : "") +
                      " at " + std::to_string(record.time().nanoseconds) + " id " + text_of(record.id()) + "\n  of " +
                      text_of(record.correlation()) + " by " + text_of(record.causation());
    if (!record.source().empty()) out += " from " + shown(record.source());
    for (const std::string_view tag : record.tags()) out += " #" + shown(tag);
    for (const sillok::header each : record.headers()) out += ' ' + shown(each.name) + '=' + shown(each.value);
    if (!record.sealed().empty()) out += " sealed " + shown(sillok::as_text(record.sealed()));
    return out + '\n';
}

// Writes what an event is today below its envelope.
class telling {
public:
    explicit telling(std::string& to) : to_(to) {}
    void on_unknown(const sillok::unknown_event&) { to_ += "  is unknown\n"; }

protected:
    void tell(const sillok::metadata& about, const std::string& what) {
        to_ += "  " + text_of(about.part()) + ' ' + what + '\n';
    }

private:
    std::string& to_;
};

struct order_telling : telling {
    using telling::telling;
    using events =
        sillok::select<third::world, third::order_placed, third::line_added, third::order_paid, third::gauge_read>;
    void on(const third::order_placed& e, const sillok::metadata& about) {
        tell(about, "placed by " + shown(e.customer) + " for " + std::to_string(e.total) + ' ' + e.currency);
    }
    void on(const third::line_added& e, const sillok::metadata& about) {
        tell(about, "line of " + text_of(e.quantity) + ' ' + shown(e.sku));
    }
    void on(const third::order_paid& e, const sillok::metadata& about) {
        tell(about, "paid " + std::to_string(e.amount) + ' ' + e.currency + ", number " + text_of(e.number));
    }
    void on(const third::gauge_read& e, const sillok::metadata& about) {
        tell(about, "read in " + shown(e.unit) + ": " + shown(e.values.text));
    }
};

struct account_telling : telling {
    using telling::telling;
    using events = kept::account_events;
    void on(const kept::money_moved& e, const sillok::metadata& about) {
        tell(about, "moved " + std::to_string(e.amount));
    }
    void on(const kept::year_closed& e, const sillok::metadata& about) {
        tell(about, "closed " + std::to_string(e.year) + " with " + std::to_string(e.balance));
    }
};

// Every event, from one end of the log to the other.
template <class Telling>
std::string events_of(sillok::file_store& store, sillok::position from = {1}) {
    std::string out;
    Telling handler(out);
    sillok::dispatcher<Telling, sillok::binary_codec, sillok::json_codec> dispatch(sillok::unknown::keep);
    const auto last = store
                          .read_all({.from = from},
                                    [&](const sillok::record_view& record) {
                                        out += record.is_intact() ? "" : "not intact: ";
                                        out += envelope_of(record);
                                        if (auto done = dispatch.dispatch(handler, record); !done)
                                            out += "  " + std::string(done.error().text()) + '\n';
                                        return true;
                                    })
                          .value();
    return out + "read up to " + text_of(last.value) + '\n';
}

inline std::string notes_of(sillok::file_store& store) {
    std::string out = text_of(store.schema_count()) + " notes\n";
    store
        .read_schemas([&](const sillok::recorded_schema& note) {
            out += std::string(note.name) + '/' + text_of(note.revision) + " behind " + text_of(note.at.value) +
                   " at " + std::to_string(note.time.nanoseconds) + '\n' + "  " + std::string(note.layout) + '\n';
            return true;
        })
        .value();
    return out;
}

inline std::string acts_of(sillok::file_store& store) {
    std::string out;
    store
        .read_acts([&](const sillok::retention_act& act) {
            out += text_of(act.stream) + " kept from " + (act.is_deletion() ? "nowhere" : text_of(act.from.value)) +
                   " behind " + text_of(act.at.value) + " at " + std::to_string(act.time.nanoseconds) + " from " +
                   shown(act.note.source) + ": " + shown(act.note.reason) + '\n';
            return true;
        })
        .value();
    return out;
}

inline std::string batches_of(sillok::file_store& store) {
    std::string out;
    for (std::uint8_t n = 1; n < 15; ++n)
        if (const auto found = store.find_batch(named(n)).value())
            out += "batch " + text_of(named(n)) + ": " + text_of(found->receipt.first.value) + " to " +
                   text_of(found->receipt.last.value) + ", version " + text_of(found->receipt.version.value) + ", at " +
                   std::to_string(found->receipt.time.nanoseconds) + ", content " + text_of(found->content) + '\n';
    return out;
}

inline std::string tagged_of(sillok::file_store& store, std::string_view tag) {
    std::string out = "tagged " + shown(tag) + ':';
    const std::string_view tags[] = {tag};
    static_cast<void>(store
                          .read_all({.tags = tags},
                                    [&](const sillok::record_view& record) {
                                        out += ' ' + text_of(record.position().value);
                                        return true;
                                    })
                          .value());
    return out + '\n';
}

// By their keys, forwards and backwards.
inline std::string stream_of(sillok::file_store& store, sillok::stream_view stream) {
    std::string out = "stream " + text_of(stream);
    const auto at = store.version_of(stream);
    if (!at) return out + ": " + std::string(to_string(at.error().kind())) + '\n';
    out += " at " + text_of(at->value) + ':';
    std::string back;
    const auto forwards = store.read_stream(stream, {}, [&](const sillok::record_view& record) {
        out += ' ' + text_of(record.version().value) + '@' + text_of(record.position().value);
        return true;
    });
    const auto backwards =
        store.read_stream(stream, {.order = sillok::direction::backwards}, [&](const sillok::record_view& record) {
            back = ' ' + text_of(record.version().value) + '@' + text_of(record.position().value) + back;
            return true;
        });
    if (!forwards || !backwards || !out.ends_with(back)) return out + " and backwards:" + back + '\n';
    return out + '\n';
}

inline std::string health_of(const std::string& path) {
    const auto health = sillok::verify_store(path).value();
    std::string out = text_of(health.segments) + " segments, " + text_of(health.frames) + " frames, " +
                      text_of(health.events) + " events, " + text_of(health.bytes) + " bytes, " +
                      text_of(health.torn_bytes) + " torn, last " + text_of(health.last.value) + ", durable " +
                      text_of(health.durable.value) + '\n';
    for (const sillok::finding& each : health.findings) out += "finding: " + each.what + '\n';
    return out;
}
inline std::string opening_of(sillok::file_store& store) {
    const sillok::open_report& report = store.report();
    std::string out = "store " + text_of(store.id()) + (report.was_closed ? ", was closed, " : ", was not closed, ") +
                      text_of(report.segments) + " segments, " + text_of(report.archived) + " of them archived\n";
    if (report.torn_segment != 0 || report.bytes_dropped != 0 || report.bytes_proven != 0 || report.mark_ignored)
        out += "something was torn, not proven or not well-formed\n";
    return report.damage.empty() ? out : out + "damage: " + report.damage + '\n';
}

// What a store of orders holds, as the third generation has it.
inline std::string orders_of(sillok::file_store& store) {
    std::string out = opening_of(store);
    sillok::check_schema<third::world>(store).value();
    out += events_of<order_telling>(store) + notes_of(store) + acts_of(store) + batches_of(store);
    for (const char* const tag : {"customer:Ada", "customer:B\xC3\xB6rn", "payment:2", "gauge:main", "payment:99"})
        out += tagged_of(store, tag);
    const std::string odd("a/b\0\xFF", 5);
    const sillok::stream_view streams[] = {{"order", "1"},
                                           {"order", "many"},
                                           {"order", "nobody"},
                                           {"gauge", "main"},
                                           {"letter \xED\x8E\xB8\xEC\xA7\x80", odd},
                                           {"stamp", ""}};
    for (const sillok::stream_view each : streams) out += stream_of(store, each);
    const sillok::repository<third::order> orders(store);
    for (const char* const key : {"1", "2", "3", "4", "many"}) {
        const auto now = orders.load(key);
        out += "order " + std::string(key) + ": ";
        if (!now) {
            out += std::string(to_string(now.error().kind())) + '\n';
            continue;
        }
        out += "version " + text_of(now->version.value) + ", " + shown((*now)->customer) + ", " +
               std::to_string((*now)->open) + ' ' + (*now)->currency + " open";
        for (const auto& [sku, pieces] : (*now)->pieces) out += ", " + text_of(pieces) + ' ' + shown(sku);
        out += '\n';
    }
    return out;
}

// What the store of accounts holds, and how often a snapshot served.
inline std::string accounts_of(sillok::file_store& store) {
    std::string out = opening_of(store);
    sillok::check_schema<kept::account_events>(store).value();
    out += events_of<account_telling>(store) + notes_of(store) + acts_of(store);
    for (const char* const tag : {"amount:1", "amount:-20", "amount:3"}) out += tagged_of(store, tag);
    for (const char* const key : {"42", "43", "44", "45"}) {
        out += stream_of(store, {"account", key});
        out += stream_of(store, {"sillok.snapshots:account", key});
    }
    sillok::stored_snapshots taken(store);
    for (const char* const key : {"42", "43", "44", "45"}) {
        const sillok::repository<kept::account> plain(store);
        const sillok::repository<kept::account> accounts(store, sillok::snapshots{taken, {.events = 1000}});
        const auto now = accounts.load(key);
        const auto same = plain.load(key);
        out += "account " + std::string(key) + ": ";
        if (now && same && now->state.balance == same->state.balance && now->state.moves == same->state.moves)
            out += "version " + text_of(now->version.value) + ", balance " + std::to_string((*now)->balance) + ", " +
                   text_of((*now)->moves) + " moves";
        else if (now || same)
            out += "not the same with a snapshot and without";
        else
            out += to_string(now.error().kind());
        const auto counts = accounts.snapshot_counts();
        out += "; snapshots: " + text_of(counts.used) + " used, " + text_of(counts.stale) + " stale, " +
               text_of(counts.failed) + " failed\n";
    }
    return out;
}

}  // namespace golden
