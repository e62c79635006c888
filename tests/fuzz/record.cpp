// Any bytes as a record: where they are well-formed, every accessor stays within them, and what it says writes them again.
#include "fuzz.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include "sillok/event/record.hpp"
#include "sillok/event/record_writer.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::uint64_t> aligned(size / 8 + 1);
    if (size != 0) std::memcpy(aligned.data(), data, size);
    auto* const bytes = reinterpret_cast<std::byte*>(aligned.data());
    if (!sillok::is_record({bytes, size})) return 0;
    const sillok::record_view record(bytes);
    fuzz::holds(record.size() <= size, "a record is within its bytes");
    std::vector<std::string_view> tags;
    for (const std::string_view tag : record.tags()) tags.push_back(tag);
    std::vector<sillok::header> headers;
    for (const sillok::header each : record.headers()) headers.push_back(each);
    const sillok::record_fields fields{.position = record.position(),
                                       .version = record.version(),
                                       .time = record.time(),
                                       .id = record.id(),
                                       .correlation = record.correlation(),
                                       .causation = record.causation(),
                                       .type = sillok::event_type(record.type(), record.revision(), record.codec()),
                                       .stream = record.stream(),
                                       .source = record.source(),
                                       .tags = tags,
                                       .headers = headers,
                                       .sealed = record.sealed(),
                                       .payload = record.payload()};
    fuzz::holds(sillok::record_bytes(fields) == record.size(), "its parts have its size");
    if (!record.is_intact() || record.type_hash() != fields.type.hash) return 0;
    std::vector<std::uint64_t> again(record.size() / 8);
    sillok::write_record(reinterpret_cast<std::byte*>(again.data()), fields);
    return 0;
}
