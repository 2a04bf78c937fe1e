// What TCP knows of a connection's other side.
#pragma once

#include <cstdint>

namespace troupe::test {

/// Bytes that the other side of a TCP connection last said it takes; 0 when the kernel does not tell.
std::uint32_t tcp_window(int descriptor);

} // namespace troupe::test
