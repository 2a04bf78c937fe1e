#include "publish_head.hpp"

#include "decoder_parts.hpp"

#include <variant>

namespace troupe::mqtt {

namespace {

publish_head refuse(fault f) { return {{decode_status::malformed, 0, f.reason, f.detail}, 0, {}}; }

publish_head ask_for(std::size_t size) {
  return {{decode_status::need_more, size, reason_code::success, ""}, 0, {}};
}

// The decoder judges it: a packet with an empty payload.
publish_head judge(char first, std::string_view fields, protocol_version version) {
  std::string bytes(1, first);
  char length[4];
  bytes.append(length, write_varint(length, static_cast<std::uint32_t>(fields.size()))).append(fields);
  packet p;
  publish_head head;
  head.result = decode(bytes, {version, max_varint, false}, p);
  if (head.result.status != decode_status::complete)
    return head;
  const auto& m = std::get<publish>(p);
  head.topic = m.topic;
  head.level = m.level;
  head.packet_id = m.packet_id;
  return head;
}

} // namespace

publish_head decode_publish_head(std::string_view input, protocol_version version) {
  reader in{input.substr(1)};
  std::uint32_t body = 0;
  if (!in.varint(body))
    return refuse(malformed("remaining length is wrong"));
  const std::size_t header = input.size() - in.rest.size();
  std::uint16_t topic = 0;
  if (body < 2)
    return refuse(malformed("topic name is not whole"));
  if (!in.u16(topic))
    return ask_for(header + 2);
  const bool has_id = (static_cast<std::uint8_t>(input[0]) & 6) != 0;
  const std::size_t fields = 2U + topic + (has_id ? 2U : 0U);
  if (fields > body)
    return refuse(malformed("topic name or packet identifier is not whole"));
  if (input.size() < header + fields)
    return ask_for(header + fields);
  auto head = judge(input[0], input.substr(header, fields), version);
  head.result.size = header + fields;
  head.payload = body - fields;
  return head;
}

} // namespace troupe::mqtt
