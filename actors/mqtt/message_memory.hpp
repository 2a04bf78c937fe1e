// Memory of messages. A shard makes and drops them in batches larger than what malloc keeps at hand for a
// thread, so each thread keeps more of the blocks itself.
#pragma once

#include <cstddef>

namespace troupe::mqtt {

/// Memory for an object of `size` bytes; throws std::bad_alloc. Any thread may free it.
void* allocate_message(std::size_t size);

/// Keeps the block for this thread's next message of about that size, or frees it: a thread keeps blocks of
/// up to 512 bytes, and at most 4 MB of them: what a thousand busy connections have under way.
void free_message(void* block, std::size_t size) noexcept;

} // namespace troupe::mqtt
