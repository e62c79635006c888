#include "sillok/store/store_ref.hpp"

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <type_traits>

#include "conformance.hpp"
#include "sillok/store/memory_store.hpp"

using namespace sillok;

namespace {

// A reference to a reference to a store, which is a store as well.
struct referred_source {
    std::optional<memory_store> current;
    std::optional<store_ref> reference;
    store_ref fresh(clock_ref clock) { return reference.emplace(current.emplace(clock)); }
};

static_assert(event_store<store_ref>);
static_assert(std::is_trivially_copyable_v<store_ref> && sizeof(store_ref) == 2 * sizeof(void*));
static_assert(!std::is_constructible_v<store_ref, int&>);

}  // namespace

TEST_CASE("a reference to a store keeps every law of stores") {
    referred_source source;
    keeps_every_law(source);
}
