// Any bytes through the binary codec: what decodes encodes to the same bytes, what does not has a reason.
#include "fuzz.hpp"

#include "codec/sample_events.hpp"
#include "sillok/codec/binary.hpp"

namespace {

template <class T>
void decode_and_encode(sillok::bytes_view in, T& into) {
    const auto decoded = sillok::binary_codec::decode(in, into);
    if (!decoded) return fuzz::holds(!decoded.error().text().empty(), "what does not decode has a reason");
    sillok::byte_buffer out;
    sillok::binary_codec::encode(into, out);
    fuzz::holds(sillok::as_text(out.view()) == sillok::as_text(in), "what decodes encodes to the same bytes");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static sample::everything reused;
    const auto in = fuzz::bytes(data + 1, size - 1);
    switch (data[0] % 4) {
        case 0: decode_and_encode(in, reused); break;
        case 1: {
            sample::node tree{};
            decode_and_encode(in, tree);
            break;
        }
        case 2: {
            sample::scalars plain{};
            decode_and_encode(in, plain);
            break;
        }
        default: {
            sample::everything fresh{};
            decode_and_encode(in, fresh);
        }
    }
    return 0;
}
