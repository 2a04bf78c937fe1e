// Whether the tests and the broker are built with the address sanitizer.
#pragma once

namespace troupe::test {

/// With it freed memory stays with the process, the allocator is another one, and a process that has run out
/// of descriptors is told of objects that are none: UBSan looks at memory through a pipe.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

} // namespace troupe::test
