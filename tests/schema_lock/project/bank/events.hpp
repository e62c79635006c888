#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <sillok/event/event.hpp>

namespace bank {

enum class state : std::uint8_t { open, shut /*more*/ };
struct account_marked {
    state as;
    std::map<std::string, std::int32_t> notes;
};
namespace v1 {
struct money_withdrawn {
    BANK_AMOUNT amount;
};
}  // namespace v1
struct money_withdrawn {
    BANK_AMOUNT amount;
    std::string currency;
    static money_withdrawn upcast(const v1::money_withdrawn& e) { return {e.amount, "KRW"}; }
};
struct account_renamed {
    std::string owner;
    std::string reason;
};

struct events : sillok::events<sillok::event<"money.withdrawn", v1::money_withdrawn /*versions*/>,
                               sillok::event<"account.marked", account_marked> /*events*/> {};
struct small_events : sillok::events<sillok::event<"account.marked", account_marked>> {};

}  // namespace bank
