// A store whose files were changed, with the checksums repaired, so that what is behind them is reached: it opens or it is
// refused, with words; what it gives out is whole and in order; and it opens the same way again. What it knows of layouts is
// well-formed, and an event is appended exactly where that does not contradict it.
//
// An input is a byte that chooses: the file by its lower bits, 0x20 the store with notes of layouts, 0x40 that the file is cut, 0x80
// that checksums are repaired; a byte for the cut; and then changes of three bytes each.
#include "fuzz.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sillok/event/encode.hpp"
#include "sillok/event/event.hpp"
#include "sillok/store/file_store.hpp"
#include "sillok/store/schema_check.hpp"
#include "sillok/testing/faulty_device.hpp"
#include "sillok/testing/manual_clock.hpp"

namespace {

using namespace sillok;

// A few batches in two segments, as a writer left them that was killed.
std::unique_ptr<testing::faulty_device> make_store() {
    auto disk = std::make_unique<testing::faulty_device>();
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .segment_bytes = segment_bytes_min, .device = *disk}).value();
    for (std::uint8_t n = 1; n <= 8; ++n) {
        const std::string payload(n == 5 ? 3000 : 40, static_cast<char>('a' + n));
        const std::string_view tags[] = {"number:one", "kind:probe"};
        const new_event events[] = {{.type = {"probe.event", 1}, .payload = as_bytes(payload), .tags = tags},
                                    {.type = {"probe.other", 2}, .payload = as_bytes(payload)}};
        const stream_append to[] = {{{"a", n % 2 == 0 ? "even" : "odd"}, any_version{}, events}};
        uuid batch;
        batch.octets[0] = n;
        static_cast<void>(store.append({.streams = to, .batch = batch}).value());
    }
    disk->lose_process();
    return disk;
}

// Events with layouts: of no field, of one that goes on being appended, of a former version, and of every word that layouts have.
namespace noted {

struct line {
    std::string sku;
    std::uint32_t quantity;
};
enum class state : std::uint8_t { open = 0, shut = 1, lost = 64 };
struct node {
    std::int8_t value;
    std::vector<node> children;
};
namespace v1 {
struct opened {
    std::string who;
};
}  // namespace v1
struct opened {
    std::string who;
    std::vector<line> lines;
    static opened upcast(const v1::opened& e) { return {e.who, {}}; }
};
struct closed {};
struct added {
    std::int64_t amount;
    state is;
};
struct filled {
    std::string text;
    std::map<std::string, std::optional<std::int64_t>> numbers;
    std::set<sillok::uuid> ids;
    std::pair<double, float> pair;
    sillok::timestamp at;
    node tree;
};

struct former_events : events<event<"probe.opened", v1::opened>> {};
struct added_events : events<event<"probe.added", added>> {};
struct all_events : events<event<"probe.opened", v1::opened, opened>, event<"probe.closed", closed>,
                           event<"probe.added", added>, event<"probe.filled", filled>> {};

// Appends some events of one catalogue, each of its type, as one batch.
template <class Catalogue, class... E>
result<receipt> append(file_store& store, std::uint8_t n, const E&... all) {
    byte_buffer payloads[sizeof...(E)];
    std::size_t at = 0;
    const auto encoded = [&](const auto& e) {
        const event_type type = encode_event<Catalogue>(e, payloads[at]);
        return new_event{.type = type, .payload = payloads[at++].view()};
    };
    const new_event batch[] = {encoded(all)...};
    const stream_append to[] = {{{"a", n % 2 == 0 ? "even" : "odd"}, any_version{}, batch}};
    uuid id;
    id.octets[0] = n;
    return store.append({.streams = to, .batch = id});
}

// Notes alone and together, in a sealed segment and in the one that was written last.
std::unique_ptr<testing::faulty_device> make_store() {
    auto disk = std::make_unique<testing::faulty_device>();
    testing::manual_clock clock;
    auto store = file_store::open("s", {.clock = clock, .segment_bytes = segment_bytes_min, .device = *disk}).value();
    append<former_events>(store, 1, v1::opened{"ada"}).value();
    append<all_events>(store, 2, opened{"eve", {{"tea", 2}}}, closed{}, opened{"bob", {}}).value();
    filled long_one{std::string(1500, 'x'), {{"a", 1}}, {uuid{}}, {1, 2}, timestamp{3}, {}};
    append<all_events>(store, 3, opened{std::string(1000, 'y'), {}}).value();
    append<all_events>(store, 4, opened{std::string(1000, 'z'), {}}).value();
    append<all_events>(store, 5, long_one, closed{}).value();  // in the second segment
    append<all_events>(store, 6, added{5, state::shut}).value();
    truncate(store, {"a", "odd"}, version{2}, {.source = "s", .reason = "a note is not the only act"}).value();
    append<all_events>(store, 7, added{6, state::open}, closed{}).value();
    fuzz::holds(store.schema_count() == 5 && disk->content("s", "0000000002.segment") != nullptr &&
                    disk->content("s", "0000000003.segment") == nullptr,
                "there are two segments with five notes");
    disk->lose_process();
    return disk;
}

// Makes the checksums of the log right from one end to the other, so that nothing but what was changed is wrong.
void repair(testing::faulty_device& disk) {
    using namespace detail;
    std::uint32_t previous = 0;
    for (const std::string& name : disk.names("s")) {
        auto* const segment = name.ends_with(".segment") ? disk.content("s", name) : nullptr;
        if (segment == nullptr || segment->size() < segment_header_bytes) continue;
        store_le(segment->data() + 80, previous);
        finish_block(segment->data(), segment_header_bytes, segment_magic);
        const auto of_segment = load_le<std::uint32_t>(segment->data() + 12);
        previous = of_segment;
        for (std::size_t at = segment_header_bytes; at + frame_header_bytes <= segment->size();) {
            std::byte* const frame = segment->data() + at;
            const std::size_t length = load_le<std::uint32_t>(frame + 8);
            if (length < frame_header_bytes || length > segment->size() - at) break;
            const bytes_view body(frame + frame_header_bytes, length - frame_header_bytes);
            if (load_le<std::uint16_t>(frame + 4) != 1) store_le(frame + 72, crc32c(body));
            store_le(frame + 76, previous);
            previous = frame_header::checksum_of(frame, of_segment);
            store_le(frame, previous);
            at += length;
        }
    }
    disk.erase("s", "mark");  // it has the checksum of a frame
}

// The same of an index: its header, and the section with the acts.
void repair_index(std::vector<std::byte>& index) {
    using namespace detail;
    if (index.size() < index_layout::header_bytes) return;
    finish_block(index.data(), index_layout::header_bytes, index_layout::magic);
    const std::byte* const section = index.data() + index_layout::sections_at + index_layout::acts * 16;
    const auto start = load_le<std::uint64_t>(section);
    const auto bytes = load_le<std::uint64_t>(section + 8);
    if (start > index.size() || bytes > index.size() - start || index.size() - start - bytes < 4) return;
    store_le(index.data() + start + bytes, crc32c({index.data() + start, static_cast<std::size_t>(bytes)}));
}

// What a store knows of layouts, as text.
std::string notes_of(file_store& store) {
    std::string text;
    std::uint64_t count = 0;
    std::set<std::pair<std::string, std::uint16_t>> names;
    const auto read = store.read_schemas([&](const recorded_schema& note) {
        ++count;
        fuzz::holds(!note.name.empty() && note.name.size() <= 255 && note.revision != 0 &&
                        note.layout.size() <= layout_bytes_max,
                    "a note is well-formed");
        fuzz::holds(names.emplace(note.name, note.revision).second, "a version is noted once");
        text.append(note.name).append(1, '/').append(std::to_string(note.revision)).append(1, ' ').append(note.layout);
        return true;
    });
    fuzz::holds(read.has_value() && count == store.schema_count(), "as many are given as are counted");
    const auto fits = check_schema<all_events>(store);
    fuzz::holds(fits || (fits.error() == error_kind::schema_changed && !fits.error().text().empty()),
                "what does not fit the notes has a reason");
    return text + (fits ? "" : fits.error().text());
}

// One event more is taken exactly where no note contradicts it, and is there after the next open.
void goes_on(testing::faulty_device& disk) {
    testing::manual_clock clock;
    const file_options options{.clock = clock, .device = disk};
    std::uint64_t count = 0;
    position at;
    {
        auto store = file_store::open("s", options);
        if (!store) return;
        const bool fits = check_schema<added_events>(*store).has_value();
        const auto done = append<added_events>(*store, 200, added{7, state::lost});
        if (!done) {
            fuzz::holds(!done.error().text().empty(), "what is not recorded has a reason");
            fuzz::holds(fits == (done.error() != error_kind::schema_changed),
                        "a note holds for who reads and who writes");
            return;
        }
        fuzz::holds(fits, "nothing is recorded that contradicts a note");
        at = done->last;
        count = store->schema_count();
        if (!store->close()) return;
    }
    auto store = file_store::open("s", {.read_only = true, .device = disk});
    if (!store || !store->report().damage.empty()) return;
    fuzz::holds(store->schema_count() == count, "all notes are there again");
    fuzz::holds(check_schema<added_events>(*store).has_value(), "and what was recorded fits them");
    bool is_there = false;
    const auto read = store->read_all({.from = at}, [&](const record_view& record) {
        is_there = record.type() == "probe.added" && record.position() == at;
        return false;
    });
    fuzz::holds(is_there || !read, "what was appended is there");
}

}  // namespace noted

void repair(std::vector<std::byte>& segment) {
    using namespace detail;
    if (segment.size() < segment_header_bytes) return;
    finish_block(segment.data(), segment_header_bytes, segment_magic);
    std::byte seed[4];
    store_le(seed, load_le<std::uint32_t>(segment.data() + 12));
    for (std::size_t at = segment_header_bytes; at + frame_header_bytes <= segment.size();) {
        std::byte* const frame = segment.data() + at;
        const std::size_t length = load_le<std::uint32_t>(frame + 8);
        if (length < frame_header_bytes || length > segment.size() - at) return;
        if (load_le<std::uint16_t>(frame + 4) == 1) {
            std::uint32_t sum = 0;
            for (std::size_t r = frame_header_bytes; r + 8 <= length;) {
                const std::size_t size = load_le<std::uint32_t>(frame + r);
                if (size < 8 || size > length - r) break;
                store_le(frame + r + 4, crc32c({frame + r + 8, size - 8}));
                sum = crc32c({frame + r + 4, 4}, sum);
                r += size;
            }
            store_le(frame + 72, sum);
        } else {
            store_le(frame + 72, crc32c({frame + frame_header_bytes, length - frame_header_bytes}));
        }
        store_le(frame, crc32c({frame + 4, frame_header_bytes - 4}, crc32c({seed, 4})));
        at += length;
    }
}

// How a store was changed, as far as it matters for what can be said of it.
struct changes {
    bool hides_events;     // some streams are cut
    bool is_index_forged;  // the checksums of an index were made to fit
};

// What can be read, as text.
std::string visit(testing::faulty_device& disk, bool read_only, const changes& made) {
    testing::manual_clock clock;
    auto store =
        file_store::open("s", {.clock = clock, .cache_bytes = 256 << 10, .read_only = read_only, .device = disk});
    if (!store) {
        fuzz::holds(!store.error().text().empty(), "what is refused has a reason");
        return store.error().text();
    }
    const auto follows = [&](std::uint64_t number, std::uint64_t& next, bool may_skip) {
        const bool does = number == next || (may_skip && number > next);
        next = number + 1;
        return does;
    };
    std::uint64_t next = 1;
    const auto read = store->read_all({}, [&](const record_view& record) {
        fuzz::holds(record.is_intact() && follows(record.position().value, next, made.hides_events),
                    "what is given out is whole and in order");
        return true;
    });
    for (const std::string_view key : {"even", "odd"}) {
        std::uint64_t version = 1;
        bool is_first = true;
        static_cast<void>(store->read_stream({"a", key}, {}, [&](const record_view& record) {
            fuzz::holds(
                record.stream().key == key && follows(record.version().value, version, made.hides_events && is_first),
                "a stream is in order");
            is_first = false;
            return true;
        }));
    }
    // An index whose checksums were made to fit is believed until something else in it does not fit, and it is made anew.
    const std::string notes = noted::notes_of(*store);
    return std::to_string(next) + (read ? "" : read.error().text()) + (made.is_index_forged ? "" : notes);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto plain = make_store();
    static const auto with_notes = noted::make_store();
    if (size < 2) return 0;
    const std::uint8_t choice = data[0];
    const bool has_notes = (choice & 0x20) != 0;
    const auto disk = (has_notes ? with_notes : plain)->copy();
    const auto names = disk->names("s");
    const std::string name = names[(has_notes ? choice & 0x1F : choice) % names.size()];
    auto& content = *disk->content("s", name);
    if ((choice & 0x40) != 0) content.resize(content.size() * data[1] / 255);
    // Changes: two bytes of offset, one to xor.
    for (std::size_t i = 2; i + 3 <= size && !content.empty(); i += 3)
        content[(data[i] | std::size_t{data[i + 1]} << 8) % content.size()] ^= std::byte{data[i + 2]};
    const bool is_repaired = (choice & 0x80) != 0;
    const bool is_index_forged = is_repaired && has_notes && name.ends_with(".index");
    if (is_repaired && !has_notes && name.ends_with(".segment")) repair(content);
    if (is_repaired && has_notes && name.ends_with(".segment")) noted::repair(*disk);
    if (is_index_forged) noted::repair_index(content);
    const changes made{has_notes, is_index_forged};
    visit(*disk, true, made);
    const std::string first = visit(*disk, false, made);
    const std::string second = visit(*disk, false, made);
    // Damage in a sealed segment is found when it is read, and the next writer is refused.
    const bool is_known_now = second.find("damage was found earlier") != std::string::npos;
    fuzz::holds(first == second || first.find("damage") != std::string::npos || is_known_now,
                "it opens the same way again");
    noted::goes_on(*disk);
    return 0;
}
