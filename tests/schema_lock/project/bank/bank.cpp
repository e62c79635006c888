#include "bank/events.hpp"

std::size_t bank_size();
std::size_t bank_size() { return bank::events::size; }
