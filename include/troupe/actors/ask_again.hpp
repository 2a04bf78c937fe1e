// What the answers of back ends say about questions that they did not answer.
#pragma once

#include <cstdint>

namespace troupe {

/// Whether a question without an answer is worth another try.
enum class ask_again : std::uint8_t {
  never,   // it may be at work still, or cannot be asked
  when_up, // nothing of it was sent: the back end is not there
  soon     // the connection was closed before the answer: what it asks for may have been done
};

} // namespace troupe
