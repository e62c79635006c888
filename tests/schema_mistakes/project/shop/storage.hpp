#pragma once
// Where orders are kept.

#include <iostream>

#include <sillok/core/function_ref.hpp>
#include <sillok/store/store_ref.hpp>

namespace shop {

// Opens the store in a folder, does something with it, and closes it. Returns what main returns.
int with_store(const char* folder, sillok::function_ref<bool(sillok::store_ref)> act);

template <class Done>
bool told(const Done& done) {
    if (!done) std::cerr << done.error() << '\n';
    return done.has_value();
}

}  // namespace shop
