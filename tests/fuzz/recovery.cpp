// A store whose files were changed, with the checksums repaired, so that what is behind them is reached: it opens or it is
// refused, with words; what it gives out is whole and in order; and it opens the same way again.
#include "fuzz.hpp"

#include <string>
#include <vector>

#include "sillok/store/file_store.hpp"
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

std::string visit(testing::faulty_device& disk, bool read_only) {
    testing::manual_clock clock;
    const auto store =
        file_store::open("s", {.clock = clock, .read_only = read_only, .cache_bytes = 256 << 10, .device = disk});
    if (!store) {
        fuzz::holds(!store.error().text().empty(), "what is refused has a reason");
        return store.error().text();
    }
    std::uint64_t next = 1;
    const auto read = store->read_all({}, [&](const record_view& record) {
        fuzz::holds(record.is_intact() && record.position().value == next++, "what is given out is whole and in order");
        return true;
    });
    for (const std::string_view key : {"even", "odd"}) {
        std::uint64_t version = 1;
        static_cast<void>(store->read_stream({"a", key}, {}, [&](const record_view& record) {
            fuzz::holds(record.stream().key == key && record.version().value == version++, "a stream is in order");
            return true;
        }));
    }
    return std::to_string(next) + (read ? "" : read.error().text());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto original = make_store();
    if (size < 2) return 0;
    const auto disk = original->copy();
    const auto names = disk->names("s");
    const std::uint8_t choice = data[0];
    const std::string name = names[choice % names.size()];
    auto& content = *disk->content("s", name);
    if ((choice & 0x40) != 0) content.resize(content.size() * data[1] / 255);
    // Changes: two bytes of offset, one to xor.
    for (std::size_t i = 2; i + 3 <= size && !content.empty(); i += 3)
        content[(data[i] | std::size_t{data[i + 1]} << 8) % content.size()] ^= std::byte{data[i + 2]};
    if ((choice & 0x80) != 0 && name.ends_with(".segment")) repair(content);
    visit(*disk, true);
    const std::string first = visit(*disk, false);
    const std::string second = visit(*disk, false);
    // Damage in a sealed segment is found when it is read, and the next writer is refused.
    const bool is_known_now = second.find("damage was found earlier") != std::string::npos;
    fuzz::holds(first == second || first.find("damage") != std::string::npos || is_known_now,
                "it opens the same way again");
    return 0;
}
