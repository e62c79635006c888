// One user per e-mail address, although users are aggregates of their own and a thousand of them register at once.
//
// The address is an aggregate too: its stream must not exist yet when somebody takes it. User and address are decided and
// recorded in one atomic act, so whoever comes second is told who was first, and leaves nothing behind.
#include <atomic>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "sillok/sillok.hpp"

// [address]
struct address_reserved { std::string user; };
struct address_released { std::string user; };

struct address_events : sillok::events<
    sillok::event<"address.reserved", address_reserved>,
    sillok::event<"address.released", address_released>> {};

struct reserve_address { std::string user; };
struct release_address { std::string user; };

struct address_taken { std::string by; };
struct not_yours     { std::string of; };

// The address itself is the key of the stream: ("address", "ada@example.org").
struct address {
    static constexpr sillok::name name = "address";
    using events   = address_events;
    using commands = sillok::commands<reserve_address, release_address>;

    std::string holder;

    void apply(const address_reserved& e) { holder = e.user; }
    void apply(const address_released&)   { holder.clear(); }

    sillok::decision<address_reserved> decide(const reserve_address& c) const {
        if (!holder.empty()) return sillok::reject(address_taken{holder});
        return address_reserved{c.user};
    }
    sillok::decision<address_released> decide(const release_address& c) const {
        if (holder != c.user) return sillok::reject(not_yours{holder});
        return address_released{c.user};
    }
};
// [/address]

// [user]
struct user_registered { std::string email; };
struct user_events : sillok::events<sillok::event<"user.registered", user_registered>> {};
struct register_user { std::string email; };

struct user {
    static constexpr sillok::name name = "user";
    using events   = user_events;
    using commands = sillok::commands<register_user>;

    std::string email;

    void apply(const user_registered& e) { email = e.email; }

    sillok::decision<user_registered> decide(const register_user& c) const {
        if (!email.empty()) return sillok::reject("this user is registered");
        return user_registered{c.email};
    }
};
// [/user]

int main(int argc, char**) {
    if (argc > 1) {
        std::cerr << "registration: it takes no arguments\n";
        return 2;
    }
    constexpr int threads = 4;
    constexpr int addresses_wanted = 250;

    sillok::memory_store store;
    const sillok::repository<user> users(store);
    const sillok::repository<address> addresses(store);

    std::atomic<int> registered = 0;
    std::atomic<int> taken = 0;
    std::atomic<int> failed = 0;
    std::vector<std::thread> running;
    running.reserve(threads);
    for (int t = 0; t < threads; ++t)
        running.emplace_back([&, t] {
            for (int i = 0; i < addresses_wanted; ++i) {
                const std::string id = std::to_string(t * addresses_wanted + i);
                const std::string email = "user" + std::to_string(i) + "@example.org";
                // [register]
                const auto done = sillok::atomically({}, sillok::command_to(users, id, register_user{email}),
                                                     sillok::command_to(addresses, email, reserve_address{id}));
                // [/register]
                if (done)
                    ++registered;
                else if (done.error().rejection_as<address_taken>())
                    ++taken;
                else
                    ++failed;
            }
        });
    for (std::thread& each : running) each.join();

    // What the log says, whatever the threads believe.
    int users_recorded = 0;
    static_cast<void>(store.read_all({.category = "user"}, [&](const sillok::record_view&) { return ++users_recorded, true; }));
    std::cout << threads << " threads asked for " << addresses_wanted << " addresses each: " << registered << " registered, " << taken
              << " found the address taken, " << users_recorded << " users recorded\n";
    const bool right = registered == addresses_wanted && users_recorded == addresses_wanted && failed == 0;
    return right ? 0 : 1;
}
