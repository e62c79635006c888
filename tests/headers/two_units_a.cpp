#include <sillok/sillok.hpp>

int seen_by_the_other_unit();

int main() { return seen_by_the_other_unit() == SILLOK_VERSION_NUMBER ? 0 : 1; }
