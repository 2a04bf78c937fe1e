// What another node sends as a batch: messages that make the same batch again, or nothing.
#include "require.hpp"
#include "troupe/mqtt/peer_batch.hpp"
#include "troupe/mqtt/topic.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using namespace troupe::mqtt;
using troupe::test::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto messages = decode_batch({reinterpret_cast<const char*>(data), size});
  if (!messages)
    return 0;
  std::string again;
  for (const auto& m : *messages) {
    require(valid_topic_name(m->topic()), "the topic is a name");
    require(m->system() == m->topic().starts_with("$SYS/"), "it counts as one of a client");
    require(append_to_batch(again, *m), "what was read can be written");
  }
  const auto same = decode_batch(again);
  require(same && same->size() == messages->size(), "and read");
  for (std::size_t i = 0; i < messages->size(); ++i)
    require((*same)[i]->payload() == (*messages)[i]->payload() &&
                (*same)[i]->topic() == (*messages)[i]->topic(),
            "it is the same");
  return 0;
}
