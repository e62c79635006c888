#include "shop/storage.hpp"

#include <sillok/store/file_store.hpp>

namespace shop {

int with_store(const char* folder, sillok::function_ref<bool(sillok::store_ref)> act) {
    auto store = sillok::file_store::open(folder);
    if (!told(store)) return 1;
    const bool is_done = act(*store);
    return told(store->close()) && is_done ? 0 : 1;
}

}  // namespace shop
