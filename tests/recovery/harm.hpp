#pragma once
// A store on a disk in memory, with everything that can be read of it noted before its files are changed; and the judgement of
// what is read afterwards: an error that names damage, or the original events in their order, never anything else.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history.hpp"
#include "life.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace recovery {

// How the store was left: closed in order, or by a process that was killed, with its mark or, as after a loss of power,
// without.
enum class leaving : std::uint8_t { closed, killed, without_mark };
inline constexpr std::uint64_t leavings = 3;

class victim {
public:
    // Of at least so many events, in several segments. A file that is cut may take any number of whole batches with it where
    // no mark says that it was longer; a flip cannot.
    victim(std::uint64_t seed, std::uint64_t events, leaving how, bool is_cut) : how_(how), is_cut_(is_cut) {
        const std::uint64_t segment = events * 20 < segment_bytes_min ? segment_bytes_min : events * 20;
        testing::manual_clock clock;
        auto store = file_store::open(
                         path, {.clock = clock, .segment_bytes = segment, .cache_bytes = small_cache, .device = disk})
                         .value();
        for (std::uint64_t n = 0; last_ < events; ++n) {
            planned_batch batch = make_batch(seed, n, 60);
            // One stream is in the first segments only, so that what it is at is asked of their indexes.
            if (last_ > events / 3)
                std::erase_if(batch.events, [](const planned_event& each) { return each.stream == early_stream; });
            if (batch.events.empty()) continue;
            last_in_batch_before_ = last_;
            last_ = append(store, batch).value().last.value;
            batches.push_back(std::move(batch));
        }
        note(store);
        if (how == leaving::closed) {
            static_cast<void>(store.close().value());
        } else {
            disk.lose_process();
        }
        if (how == leaving::without_mark) disk.erase(path, "mark");
        for (const std::string& name : disk.names(path)) {
            files.emplace(name, *disk.content(path, name));
            if (name.ends_with(".segment")) last_segment = name;
        }
    }

    // What a change of a file may come to.
    struct verdict {
        bool writer_refused = false;
        bool reader_refused = false;
        bool writer_cut = false;    // a shorter log, without an error
        bool read_damaged = false;  // opened, and then an error came when it was read
        std::string why;            // what that error said
    };

    // Changes a file by `harm`, opens the store to read and to write, reads all of it, and puts everything back. Behind a
    // change that must not matter the store also decides about appends as it did before.
    template <class Harm>
    verdict suffer(const std::string& changed, std::uint64_t luck, Harm harm) {
        verdict found;
        try {
            if (changed.ends_with(".index")) {
                harm();
                decide(changed, luck);
                restore();
            }
            harm();
            found = judge(changed);
        } catch (...) {
            restore();
            throw;
        }
        restore();
        return found;
    }

    // Opens the store that was changed in one file, to read and to write, and reads all of it.
    verdict judge(const std::string& changed) {
        verdict found;
        const bool is_index = changed.ends_with(".index");
        const bool is_lock = changed == "lock";
        {
            testing::manual_clock clock;
            auto reader =
                file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .read_only = true, .device = disk});
            found.reader_refused = !reader;
            if (!reader) static_cast<void>(is_named(reader.error()));
            if (!reader && (is_index || is_lock)) fail("a reader is refused because of " + changed);
            if (reader) {
                const std::uint64_t end = look(*reader, found);
                if (is_index && found.read_damaged)
                    fail("a reader cannot read because of " + changed + ": " + found.why);
                if ((is_index || is_lock) && end != expected_of_reader_)
                    fail("a reader sees less because of " + changed);
            }
        }
        bool has_damage = false;
        {
            testing::manual_clock clock;
            auto writer = file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .device = disk});
            found.writer_refused = !writer;
            if (!writer) static_cast<void>(is_named(writer.error()));
            // A mark whose version is flipped looks like that of a newer library, which may mean more by it.
            const bool is_newer = !writer && changed == "mark" && writer.error() == error_kind::unsupported_format;
            if (!writer && !is_newer && (is_index || is_lock || changed == "mark"))
                fail("a writer is refused because of " + changed + ": " + writer.error().text());
            if (writer) {
                verdict by_writer;
                const std::uint64_t end = look(*writer, by_writer);
                has_damage = by_writer.read_damaged;
                found.read_damaged = found.read_damaged || has_damage;
                if (end < last_ && !has_damage) may_be_cut(*writer, end, changed);
                found.writer_cut = end < last_ && !has_damage;
                if (has_damage && (is_index || is_lock || changed == "mark"))
                    fail("damage because of " + changed + ": " + by_writer.why);
                if (has_damage && append(*writer, make_batch(1, 1, 9))) fail("appends go on where damage was found");
                if (found.writer_cut) goes_on(*writer, end);
            }
            disk.lose_process();
        }
        if (has_damage) stays_damaged();
        return found;
    }

    // Notes what an unchanged store shows, which is what every other one is compared with.
    void begin() {
        testing::manual_clock clock;
        {
            auto reader =
                file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .read_only = true, .device = disk});
            if (!reader) fail("cannot be read: " + to_string(reader.error()));
            verdict whole;
            expected_of_reader_ = look(*reader, whole);
            if (whole.read_damaged || (how_ != leaving::without_mark && expected_of_reader_ != last_))
                fail("a reader does not see the whole store");
        }
        {
            auto writer = file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .device = disk});
            if (!writer) fail("cannot be opened: " + to_string(writer.error()));
            verdict whole;
            if (look(*writer, whole) != last_ || whole.read_damaged) fail("a writer does not see the whole store");
            disk.lose_process();
        }
        restore();
    }

    // Puts every file back as it was.
    void restore() {
        int folder = -1;
        for (const std::string& name : disk.names(path))
            if (!files.contains(name)) disk.erase(path, name);
        for (const auto& [name, content] : files) {
            const auto* const now = disk.content(path, name);
            if (now != nullptr && *now == content) continue;
            if (folder < 0) folder = static_cast<int>(disk.open_directory(path).value);
            const int file = static_cast<int>(disk.open(folder, name.c_str(), open_mode::either).value);
            disk.truncate(file, 0);
            if (!content.empty()) disk.write(file, content.data(), content.size(), 0);
        }
        disk.lose_process();
    }

    testing::faulty_device disk;
    std::map<std::string, std::vector<std::byte>> files;
    std::string last_segment;
    std::vector<planned_batch> batches;

private:
    static constexpr std::size_t early_stream = 4;
    using bytes = std::vector<std::byte>;

    void note(const file_store& store) {
        const auto noted = [&](const record_view& record) {
            const std::uint64_t at = record.position().value;
            const bytes_view whole = record.bytes();
            if (at != records_.size() + 1) fail("the store is not in order before anything was changed");
            records_.emplace_back(whole.begin(), whole.end());
            for (std::size_t s = 0; s < stream_count; ++s)
                if (record.stream() == stream_view(streams()[s])) by_stream_[s].push_back(at);
            for (std::size_t t = 0; t < tag_count; ++t)
                if (record.tags().contains(tags()[t])) by_tag_[t].push_back(at);
            return true;
        };
        if (!store.read_all({}, noted)) fail("the store cannot be read before anything was changed");
    }
    bool is_original(const record_view& record, std::uint64_t position) const {
        const bytes& wanted = records_[position - 1];
        return record.size() == wanted.size() && std::memcmp(record.bytes().data(), wanted.data(), wanted.size()) == 0;
    }

    static std::string is_named(const error& why) {
        const bool is_damage = why == error_kind::damaged || why == error_kind::unsupported_format;
        if (!is_damage || why.text().empty()) fail("an error that does not name damage: " + to_string(why));
        return why.text();
    }

    // Reads everything. Returns how many events there are in the log.
    std::uint64_t look(const file_store& store, verdict& found) const {
        std::uint64_t end = 0;
        const auto all = store.read_all({}, [&](const record_view& record) {
            if (end == last_ || !is_original(record, end + 1))
                fail("read_all gives out something that was not written");
            return ++end != 0;
        });
        if (!all) found.why = is_named(all.error());
        found.read_damaged = !all;
        // What was cut or could not be read is missing at the end of a stream and nowhere else.
        const auto compare = [&](const std::string& what, const std::vector<std::uint64_t>& wanted, auto read) {
            std::size_t seen = 0;
            const auto given = read([&](const record_view& record) {
                if (seen == wanted.size() || !is_original(record, wanted[seen]))
                    fail(what + " gives out position " + std::to_string(record.position().value) + " as its event " +
                         std::to_string(seen + 1));
                return ++seen != 0;
            });
            if (!given) found.why = what + ": " + is_named(given.error());
            if (!given) found.read_damaged = true;
            std::size_t least = 0;
            while (least < wanted.size() && wanted[least] <= end) ++least;
            if (given && all && seen != least) fail(what + " leaves out events without an error");
            if (given && !all && seen < least) fail(what + " leaves out events that can be read");
        };
        for (std::size_t s = 0; s < stream_count; ++s)
            compare(stream_texts_[s], by_stream_[s],
                    [&](auto visit) -> result<void> { return store.read_stream(streams()[s], {}, visit); });
        for (std::size_t t = 0; t < tag_count; ++t)
            compare(tags()[t], by_tag_[t], [&](auto visit) -> result<void> {
                const std::string_view tag = tags()[t];
                auto read = store.read_all({.tags = {&tag, 1}}, visit);
                return read ? result<void>() : result<void>(std::move(read).error());
            });
        return end;
    }

    // A log that is shorter without an error: only what no mark and no later frame names as durable.
    void may_be_cut(const file_store& store, std::uint64_t end, const std::string& changed) const {
        if (how_ != leaving::without_mark)
            fail("the log was cut though the mark names its end; changed was " + changed);
        if (end != last_in_batch_before_ && !is_cut_) fail("the log was cut below what a frame names as durable");
        if (store.report().bytes_dropped == 0 && !is_cut_) fail("the log was cut and nothing is reported");
    }

    // What is left is a store like any other.
    void goes_on(file_store& store, std::uint64_t end) {
        const auto more = append(store, make_batch(1, 1'000'000, 60));
        if (!more || more->first.value != end + 1) fail("a store that was cut does not go on behind the cut");
        if (auto closed = store.close(); !closed) fail("a store that was cut cannot be closed");
        testing::manual_clock clock;
        const auto again =
            file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .must_exist = true, .device = disk});
        if (!again || again->last(horizon::durable) != more->last) fail("a store that was cut is not the same again");
    }

    // Versions, repetitions and conditions are decided by what is recorded, whatever an index says. Nothing was read before.
    void decide(const std::string& changed, std::uint64_t luck) {
        const std::size_t s = luck % 2 == 0 ? early_stream : luck % stream_count;
        planned_batch more = make_batch(1, 1'000'000, 60);
        more.events.resize(1);
        more.events[0].stream = s;
        const std::string_view tag = tags()[s % tag_count];
        const none_tagged unique{tag};
        const std::string_view other = "unlike:any";
        const none_tagged other_unique{other};
        const new_event event{.type = {"probe.event", 1}, .payload = as_bytes(more.events[0].payload)};
        const stream_append to{streams()[s], any_version{}, {&event, 1}};
        {
            testing::manual_clock clock;
            auto store = file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .device = disk});
            if (!store) fail("a writer is refused because of " + changed + ": " + store.error().text());
            const auto again = append(*store, batches[luck % batches.size()]);
            if (!again || !again->repeated) fail("a batch is recorded a second time because of " + changed);
            const auto refused = store->append({.streams = {&to, 1}, .conditions = {&unique, 1}});
            if (refused || refused.error() != error_kind::condition_failed)
                fail("a tag that must be unique is not because of " + changed);
            const auto done = store->append({.streams = {&to, 1}, .conditions = {&other_unique, 1}});
            if (!done) fail("an append fails because of " + changed + ": " + done.error().text());
            if (done->version.value != by_stream_[s].size() + 1) fail("a version is given twice because of " + changed);
        }
        disk.lose_process();
    }

    void stays_damaged() {
        testing::manual_clock clock;
        const auto again = file_store::open(path, {.clock = clock, .cache_bytes = small_cache, .device = disk});
        if (again || again.error() != error_kind::damaged) fail("damage that was found is forgotten");
        disk.lose_process();
    }

    const std::string stream_texts_[stream_count] = {"stream 1", "stream 2", "stream 3", "stream 4", "stream 5"};
    leaving how_;
    bool is_cut_;
    std::uint64_t last_ = 0;
    std::uint64_t last_in_batch_before_ = 0;
    std::uint64_t expected_of_reader_ = 0;
    std::vector<bytes> records_;
    std::vector<std::uint64_t> by_stream_[stream_count];
    std::vector<std::uint64_t> by_tag_[tag_count];
};

}  // namespace recovery
