// Any bytes through the JSON codec: what decodes comes back from what it encodes to.
#include "fuzz.hpp"

#include "codec/sample_events.hpp"
#include "sillok/codec/json.hpp"
#include "sillok/codec/print.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    sample::everything value{};
    const auto decoded = sillok::json_codec::decode(fuzz::bytes(data, size), value);
    if (!decoded) {
        fuzz::holds(!decoded.error().text().empty(), "what does not decode has a reason");
        return 0;
    }
    sillok::byte_buffer out;
    sillok::json_codec::encode(value, out);
    sample::everything again{};
    fuzz::holds(sillok::json_codec::decode(out.view(), again).has_value(), "what was encoded decodes");
    sillok::byte_buffer twice;
    sillok::json_codec::encode(again, twice);
    fuzz::holds(sillok::as_text(out.view()) == sillok::as_text(twice.view()), "and encodes to the same text");
    return 0;
}
