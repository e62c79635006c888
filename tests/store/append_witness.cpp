#include "sillok/store/append_witness.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "sillok/testing/recorded.hpp"

namespace {

struct noted {
    std::int64_t number;
};
struct note_events : sillok::events<sillok::event<"noted", noted>> {};
using note = sillok::testing::recorded<note_events>;

}  // namespace

// What stores do with a witness is asked of all of them by testing/witness_laws.hpp.
TEST_CASE("a witness is told what came of an append once, and only if it was shown some of it") {
    std::string told;
    const auto before = [&](const sillok::record_view& record) -> sillok::result<void> {
        told += std::to_string(record.position().value) + " ";
        if (record.position().value == 9) return sillok::error(sillok::error_kind::condition_failed, "no");
        return {};
    };
    const auto after = [&](bool is_recorded) { told += is_recorded ? "yes " : "no "; };
    const sillok::append_witness witness{before, after};
    const note fine(noted{1});
    const note wrong(noted{1}, {.position = sillok::position{9}});
    {
        sillok::detail::witnessed by(&witness);
        REQUIRE(by.show(fine.record().bytes().data(), sillok::position{1}));
        by.recorded();
    }
    CHECK(told == "1 yes ");
    told.clear();
    {
        sillok::detail::witnessed by(&witness);
        CHECK_FALSE(by.show(wrong.record().bytes().data(), sillok::position{9}));
    }
    CHECK(told == "9 no ");
    told.clear();
    { const sillok::detail::witnessed never(&witness); }
    {
        sillok::detail::witnessed nobody(nullptr);
        REQUIRE(nobody.show(nullptr, sillok::position{1}));
        nobody.recorded();
    }
    CHECK(told.empty());
}
