// expect: sillok[E0502]: a read model that is kept is a plain struct of fields that can be recorded
// expect: balances
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include <sillok/projection/model_folder.hpp>

struct paid {
    std::int64_t amount;
};
struct ledger_events : sillok::events<sillok::event<"ledger.paid", paid>> {};

struct balances {
    static constexpr sillok::name name = "balances";
    using events = ledger_events;
#ifndef FIXED
    std::unordered_map<std::string, std::int64_t> by_account;
#else
    std::map<std::string, std::int64_t> by_account;
#endif
    void on(const paid&) {}
};

void keep(sillok::model_folder& folder, sillok::store_ref store, const balances& model) {
    static_cast<void>(folder.save(store, model, sillok::position{1}));
}
