#include "sillok/store/batch_window.hpp"

#include <catch2/catch_test_macros.hpp>

#include <deque>
#include <random>
#include <utility>

using namespace sillok;

TEST_CASE("the window holds exactly the last batches, in every size") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    for (const std::size_t limit : {0U, 1U, 2U, 63U, 64U, 65U, 100U, 1000U}) {
        INFO("limit " << limit);
        detail::batch_window window(limit);
        std::deque<std::pair<uuid, std::uint64_t>> wanted;
        bool fits = true;
        for (std::uint64_t n = 1; n <= 3000; ++n) {
            uuid id;  // few bits, so that places in the table collide
            id.octets[15] = static_cast<std::uint8_t>(random());
            id.octets[14] = static_cast<std::uint8_t>(n >> 8);
            id.octets[13] = static_cast<std::uint8_t>(n);
            window.reserve();
            window.add(id, {{.first = {n}, .last = {n}, .version = {}, .time = {}}, n});
            wanted.emplace_back(id, n);
            std::pair<uuid, std::uint64_t> gone{};
            if (wanted.size() > limit) {
                gone = wanted.front();
                wanted.pop_front();
                fits = fits && window.find(gone.first) == nullptr;
            }
            if (!wanted.empty()) {
                const auto& [some, content] = wanted[random() % wanted.size()];
                const auto* const found = window.find(some);
                fits = fits && found != nullptr && found->content == content;
            }
        }
        CHECK(fits);
    }
}
