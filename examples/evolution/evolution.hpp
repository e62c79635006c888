// One order service in three generations, each a program of its year; all of them on one store.
#pragma once
#include <string>

#include "sillok/sillok.hpp"

// Each reads all that was ordered before, takes an order of its own, and prints the orders as it knows them.
sillok::result<void, sillok::failure> first_generation(sillok::file_store& store);
sillok::result<void, sillok::failure> second_generation(sillok::file_store& store);
sillok::result<void, sillok::failure> third_generation(sillok::file_store& store);

// Tells an order's history, step by step, as the third generation sees it.
sillok::result<void> third_generation_history(sillok::file_store& store, const std::string& order);
