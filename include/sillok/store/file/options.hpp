#pragma once
// What a file store is opened with.

#include <cstddef>
#include <cstdint>

#include "sillok/core/time.hpp"
#include "sillok/store/batch_window.hpp"
#include "sillok/store/file/device.hpp"
#include "sillok/store/file/durability.hpp"
#include "sillok/store/file/format.hpp"
#include "sillok/store/file/posix_device.hpp"

namespace sillok {

struct file_options {
    clock_ref clock{};                                    // referred to
    std::uint64_t segment_bytes = segment_bytes_default;  // of a store that is created: 8 KiB to 1 GiB
    std::size_t batch_window = batch_window_default;      // how many batches with an id are remembered at least
    std::size_t cache_bytes = std::size_t{64} << 20;      // of blocks that were read, kept in memory; 0: none
    bool clustered = false;                     // keep full segments a second time, by stream: loads in one read
    bool must_exist = false;                    // a store that is not there is an error
    bool read_only = false;                     // implies must_exist; takes no lock and changes nothing
    sillok::durability durability = durable{};  // what a loss of power may take
    device_ref device = default_device();       // referred to
};

}  // namespace sillok
