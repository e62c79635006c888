#pragma once
// The laws of stores, run by Catch2.

#include <catch2/catch_test_macros.hpp>

#include "sillok/testing/store_conformance.hpp"

template <sillok::testing::store_source Source>
void keeps_every_law(Source& source) {
    const sillok::testing::conformance seen = sillok::testing::check_store(
        source, [](const sillok::testing::finding& each) { FAIL_CHECK(each.law << ": " << each.what); });
    CHECK(seen.laws >= 20);
    CHECK(seen.checks > 1000);
}
