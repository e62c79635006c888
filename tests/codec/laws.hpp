#pragma once
// The laws of the concept codec, asked of every model of it.

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <sillok/codec/codec.hpp>
#include <sillok/codec/print.hpp>

#include "codec/sample_events.hpp"

namespace laws {

// A copy of exactly these bytes, on the heap, so that a sanitizer sees each byte read behind them.
class exact_bytes {
public:
    explicit exact_bytes(sillok::bytes_view bytes) : bytes_(bytes.begin(), bytes.end()) { bytes_.shrink_to_fit(); }
    sillok::bytes_view view() const { return bytes_; }
    std::byte& operator[](std::size_t index) { return bytes_[index]; }

private:
    std::vector<std::byte> bytes_;
};

template <sillok::codec Codec>
void every_value_comes_back(Codec codec) {
    INFO("SILLOK_SEED=" << sample::seed());
    sample::generator make(sample::seed());
    sample::everything reused = make.any();
    for (int round = 0; round < 500; ++round) {
        const sample::everything value = make.any();
        sillok::byte_buffer out;
        out.append(sillok::as_bytes("before"));
        codec.encode(value, out);
        REQUIRE(sillok::as_text(out.view()).starts_with("before"));
        const exact_bytes bytes(out.view().subspan(6));
        REQUIRE(codec.encoded_size(value) == bytes.view().size());

        sample::everything fresh{};
        const auto into_fresh = codec.decode(bytes.view(), fresh);
        if (!into_fresh) FAIL(into_fresh.error().text() << " in " << sillok::describe(value));
        REQUIRE(fresh == value);
        REQUIRE(codec.decode(bytes.view(), reused).has_value());
        REQUIRE(reused == value);

        sillok::byte_buffer again;
        codec.encode(fresh, again);
        REQUIRE(sillok::as_text(again.view()) == sillok::as_text(bytes.view()));
    }
}

// Cut at every byte, and with every bit flipped: an error or another value, nothing worse.
template <sillok::codec Codec>
void damage_is_survived(Codec codec) {
    INFO("SILLOK_SEED=" << sample::seed());
    sample::generator make(sample::seed());
    for (int round = 0; round < 5; ++round) {
        const sample::everything value = make.any();
        sillok::byte_buffer out;
        codec.encode(value, out);
        sample::everything into{};
        for (std::size_t size = 0; size < out.size(); ++size) {
            const exact_bytes cut(out.view().first(size));
            const auto done = codec.decode(cut.view(), into);
            REQUIRE(!done);
            REQUIRE(done.error() == sillok::error_kind::malformed);
            REQUIRE(!done.error().text().empty());
        }
        for (std::size_t bit = 0; bit < out.size() * 8; ++bit) {
            exact_bytes flipped(out.view());
            flipped[bit / 8] ^= std::byte{1} << (bit % 8);
            if (const auto done = codec.decode(flipped.view(), into); !done) REQUIRE(!done.error().text().empty());
        }
    }
}

}  // namespace laws
