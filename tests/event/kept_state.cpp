#include "sillok/event/kept_state.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "sillok/core/bytes.hpp"

namespace {

struct counted {
    std::int64_t count = 0;
};
struct basket {
    struct kept_lines {
        std::int64_t pieces = 0;
    };
    using snapshot = kept_lines;
    std::unordered_map<std::string, std::int64_t> lines{};
    kept_lines kept() const { return {static_cast<std::int64_t>(lines.size())}; }
    static basket restored(const kept_lines& from) { return {{{"all", from.pieces}}}; }
    static constexpr std::uint32_t snapshot_version = 3;
};
struct unordered_only {
    std::unordered_map<std::string, std::int64_t> lines{};
};

static_assert(sillok::detail::can_be_kept<counted>());
static_assert(sillok::detail::can_be_kept<basket>());
static_assert(!sillok::detail::can_be_kept<unordered_only>());
static_assert(sillok::detail::snapshot_version_of<counted>() == 0);
static_assert(sillok::detail::snapshot_version_of<basket>() == 3);

template <class A>
std::uint64_t form_hash() {
    sillok::detail::fingerprint_hash hash;
    sillok::detail::add_kept_form<A>(hash);
    return hash.value();
}

struct first_events : sillok::events<sillok::event<"counted", counted>> {};
struct same_events : sillok::events<sillok::event<"counted", counted>> {};
struct retiring_events : sillok::events<sillok::event<"counted", counted>, sillok::retired<"basket.filled">> {};
struct renamed_events : sillok::events<sillok::event<"counted", sillok::formerly<"told">, counted>> {};

template <class Catalogue>
std::uint64_t catalogue_hash() {
    sillok::detail::fingerprint_hash hash;
    sillok::detail::add_catalogue<Catalogue>(hash);
    return hash.value();
}

}  // namespace

TEST_CASE("a state is kept as itself, or as what it says, and comes back") {
    sillok::byte_buffer bytes;
    const counted three{3};
    sillok::detail::write_state<counted>(&three, bytes);
    counted back;
    REQUIRE(sillok::detail::read_state<counted>(bytes.view(), &back));
    CHECK(back.count == 3);
    CHECK_FALSE(sillok::detail::read_state<counted>(bytes.view().first(7), &back));

    bytes.clear();
    const basket two{{{"a", 1}, {"b", 2}}};
    sillok::detail::write_state<basket>(&two, bytes);
    basket again;
    REQUIRE(sillok::detail::read_state<basket>(bytes.view(), &again));
    CHECK(again.lines.at("all") == 2);
}

TEST_CASE("what a state depends on is told apart by its form and by the events with all their names") {
    CHECK(form_hash<counted>() == form_hash<counted>());
    CHECK(form_hash<counted>() != form_hash<basket>());
    CHECK(catalogue_hash<first_events>() == catalogue_hash<same_events>());
    CHECK(catalogue_hash<first_events>() != catalogue_hash<retiring_events>());
    CHECK(catalogue_hash<first_events>() != catalogue_hash<renamed_events>());
}
