// What the store may hand back after a disk went wrong: a message that can be encoded again to the same
// bytes, or nothing.
#include "require.hpp"
#include "troupe/mqtt/stored_message.hpp"
#include "troupe/mqtt/topic.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace troupe::mqtt;
using troupe::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto m = decode_stored(bytes);
  if (!m)
    return 0;
  require(valid_topic_name(m->topic()), "the topic is a name");
  std::size_t entries = 0;
  m->properties().for_each([&entries](const property_entry& e) { entries += e.raw.size(); });
  require(entries == m->properties().raw().size(), "the properties are whole");
  const auto again = decode_stored(encode_stored(*m));
  require(again != nullptr, "what was read can be written and read");
  require(again->payload() == m->payload() && again->properties().raw() == m->properties().raw(),
          "it is the same");
  return 0;
}
