#pragma once
// Runs what is registered in a random order of repetitions, so that a machine whose speed changes changes it for all. What the
// user says on the command line comes later and wins.

#include <vector>

#include <benchmark/benchmark.h>

namespace storage {

inline int run_interleaved(int argc, char** argv) {
    static char interleaving[] = "--benchmark_enable_random_interleaving=true";
    static char repetitions[] = "--benchmark_repetitions=5";
    static char aggregates[] = "--benchmark_report_aggregates_only=true";
    std::vector<char*> arguments{argv[0], interleaving, repetitions, aggregates};
    arguments.insert(arguments.end(), argv + 1, argv + argc);
    int count = static_cast<int>(arguments.size());
    arguments.push_back(nullptr);
    benchmark::Initialize(&count, arguments.data());
    if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}

}  // namespace storage
